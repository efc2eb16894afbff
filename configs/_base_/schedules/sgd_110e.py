# Sec. 6 for Kinetics-400: 110 epochs, cosine, weight decay 1e-4; the learning rate is R50's and
# R101's at batch size 128. Momentum and the step an epoch are the authors' code's.
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=110, val_begin=1, val_interval=5)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")

optim_wrapper = dict(
    optimizer=dict(type="SGD", lr=0.00625, momentum=0.9, weight_decay=1e-4),
)
param_scheduler = [dict(type="CosineAnnealingLR", T_max=110, by_epoch=True, begin=0, end=110)]
auto_scale_lr = dict(enable=False, base_batch_size=128)
