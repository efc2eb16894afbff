# Table 11, ECOEnLite: four networks of 16+20+24+32 = 92 frames, Something-Something V1; fused by
# tools/ensemble.py.
members = [f"05_eco_lite_{frames}f_sthv1.py" for frames in (16, 20, 24, 32)]
