# From ImageNet weights on 96 clips, as short as a CPU allows.
# What has no such weights (the head, batch norms of big views, units beside the convolutions)
# learns ten times as fast: it starts at zero, or without effect. Of four learning rates this one
# had the highest mean top-1 of r23 and smallbig_r23 on tune_val.txt, part of fold 1's training
# clips: tools/run_ut_interaction.py --tune 1e-4 2e-4 5e-4 1e-3 --networks r23 smallbig_r23
epochs = 10
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=epochs, val_interval=epochs)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")

# Trained in bfloat16, which is faster where the processor has it, and tested in float32;
# tools/run_ut_interaction.py --fp32 trains in float32.
new = ("cls_head", "big_bn", "input_unit", "output_unit")
optim_wrapper = dict(
    type="AmpOptimWrapper",
    dtype="bfloat16",
    optimizer=dict(type="AdamW", lr=5e-4, weight_decay=0.05),
    paramwise_cfg=dict(custom_keys={part: dict(lr_mult=10.0) for part in new}),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, end=1, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", begin=1, end=epochs, eta_min=0, convert_to_iter_based=True),
]
