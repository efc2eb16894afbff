# Table 11, TSMEn: R50, 8+16 frames, Something-Something V1; fused by tools/ensemble.py.
members = ["06_tsm_8f_sthv1.py", "07_tsm_16f_sthv1.py"]
