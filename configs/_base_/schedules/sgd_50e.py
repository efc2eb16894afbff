# Sec. 6 for Something-Something: 50 epochs, learning rate 0.01, tenfold smaller after 30, 40 and
# 45. The paper gives no batch size here; 128 is Kinetics'.
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=50, val_begin=1, val_interval=5)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")

optim_wrapper = dict(
    optimizer=dict(type="SGD", lr=0.01, momentum=0.9, weight_decay=1e-4),
)
param_scheduler = [
    dict(type="MultiStepLR", milestones=[30, 40, 45], gamma=0.1, by_epoch=True, begin=0, end=50)
]
auto_scale_lr = dict(enable=False, base_batch_size=128)
