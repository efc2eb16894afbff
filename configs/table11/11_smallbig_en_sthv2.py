# Table 11, Our SmallBigEn: R50, 8+16 frames, Something-Something V2; fused by tools/ensemble.py.
members = ["09_smallbig_8f_sthv2.py", "10_smallbig_16f_sthv2.py"]
