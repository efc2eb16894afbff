# Table 11, Our SmallBigEn: R50, 24 x 2 x 3, Something-Something V2; fused by tools/ensemble.py.
members = ["18_smallbig_8f_2x3_sthv2.py", "19_smallbig_16f_2x3_sthv2.py"]
