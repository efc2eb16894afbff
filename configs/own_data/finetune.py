# Your own videos, from ImageNet weights: SmallBig-R50, 8 frames.
_base_ = "smallbig_mm::smallbig_r50_k400.py"
dataset = "own"
videos, lists = "clips", "data/own"  # what make-lists was given: FOLDER and OUT

classes = open(f"{lists}/classes.txt", encoding="utf-8").read().splitlines()
model = dict(cls_head=dict(num_classes=len(classes)))
own = dict(data_prefix=dict(video=videos), metainfo=dict(classes=classes))
train_dataloader = dict(batch_size=8, dataset=dict(**own, ann_file=f"{lists}/train.txt"))
val_dataloader = dict(batch_size=8, dataset=dict(**own, ann_file=f"{lists}/val.txt"))
test_dataloader = dict(dataset=dict(**own, ann_file=f"{lists}/val.txt"))

train_cfg = dict(max_epochs=20)
optim_wrapper = dict(optimizer=dict(lr=0.002))  # of a batch of 8
param_scheduler = [dict(type="CosineAnnealingLR", T_max=20, by_epoch=True, begin=0, end=20)]
auto_scale_lr = dict(base_batch_size=8)
