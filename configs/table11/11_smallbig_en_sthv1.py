# Table 11, Our SmallBigEn: R50, 8+16 frames, Something-Something V1; fused by tools/ensemble.py.
members = ["09_smallbig_8f_sthv1.py", "10_smallbig_16f_sthv1.py"]
