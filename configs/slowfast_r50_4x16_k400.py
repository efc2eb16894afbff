# SlowFast-R50, 4 + 32 frames, as mmaction2 trains it: from scratch, 256 epochs. This paper's 110
# epochs start from ImageNet weights, which SlowFast has not.
_base_ = "mmaction::recognition/slowfast/slowfast_r50_8xb8-4x16x1-256e_kinetics400-rgb.py"

custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
dataset = "kinetics400"
auto_scale_lr = dict(enable=False, base_batch_size=64)  # 8 GPUs x 8 clips
