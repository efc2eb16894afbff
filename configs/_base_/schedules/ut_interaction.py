# From scratch on 96 clips. The learning rate is the one of 2.5e-3 and 5e-3 with the higher mean
# top-1 of r23 and smallbig_r23 on tune_val.txt, a part of fold 1's training clips:
# tools/run_ut_interaction.py --tune 2.5e-3 5e-3 --networks r23 smallbig_r23
epochs = 30
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=epochs, val_interval=epochs)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")

optim_wrapper = dict(optimizer=dict(type="AdamW", lr=5e-3, weight_decay=0.05))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, end=3, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", begin=3, end=epochs, eta_min=0, convert_to_iter_based=True),
]
