# Table 11, NL I3D + GCN: R50, 32 x 2, Something-Something V1. NL I3D with graphs over 50 regions of
# each of its last map's 16 time steps. The regions are a detector's proposals, of which no files
# are public: make them with a detector of your own, for every frame; LoadRegionProposals says what
# they hold. Without that transform the regions are a fixed grid, which is not this row's network.
# Neither the head's details nor the recipe, NL I3D's, are established as those of its own paper.
_base_ = "13_nl_i3d_sthv1.py"

model = dict(cls_head=dict(type="RegionGraphHead"))
load = dict(type="LoadRegionProposals", proposal_file="data/sthv1/proposals_train.pkl", interval=2)
load_heldout = dict(load, proposal_file="data/sthv1/proposals_val.pkl")
sample, *rest = _base_.train_pipeline
train_pipeline = [sample, load, *rest]
sample, *rest = _base_.val_pipeline
val_pipeline = [sample, load_heldout, *rest]
sample, *rest = _base_.test_pipeline
test_pipeline = [sample, load_heldout, *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
