# Table 11, TRNmultiscale: BN-Inception, 8 frames, Something-Something V1; 1 clip, 1 crop. It draws
# three subsets of frames for each number of frames below 8, in testing, too. The 18.3 M parameters
# that are quoted for it elsewhere are met by an MLP for each of the 19 subsets and 400 classes.
_base_ = "01_tsn_sthv1.py"

model = dict(cls_head=dict(type="TRNHead"))
