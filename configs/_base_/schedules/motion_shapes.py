# From scratch in a minute or two on 2 CPU cores. At a learning rate of a fifth of this,
# SmallBig does not leave chance in that time.
epochs = 8
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=epochs, val_interval=epochs)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")

optim_wrapper = dict(optimizer=dict(type="SGD", lr=0.1, momentum=0.9, weight_decay=1e-4))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, end=2, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", begin=2, end=epochs, eta_min=0, convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
