# Table 10, Our SmallBigEn: R50+R101, 8+32 frames. Both members with 4 clips x 3 crops (Sec. 6.1);
# fused by tools/ensemble.py.
members = ["17_smallbig_r50.py", "25_smallbig_r101.py"]
num_clips = 4
