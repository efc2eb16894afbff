# Something-Something V1 as it is distributed, as frames; in the place of a dataset of videos.
data_root_v1 = "data/sthv1"
v1 = dict(
    type="RawframeDataset",
    filename_tmpl="{:05}.jpg",
    data_prefix=dict(_delete_=True, img=f"{data_root_v1}/rawframes"),
)
v1_train = dict(**v1, ann_file=f"{data_root_v1}/sthv1_train_list_rawframes.txt")
v1_heldout = dict(**v1, ann_file=f"{data_root_v1}/sthv1_val_list_rawframes.txt")
