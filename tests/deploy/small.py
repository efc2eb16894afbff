"""A network with what is special to SmallBig, small enough to be exported in seconds."""

from pathlib import Path

import torch

from smallbig_mm.checkpoints import save
from smallbig_mm.configs import load_config
from smallbig_mm.costs.counting import build_model
from smallbig_mm.deploy.classifier import Classifier

CONFIG = """
custom_imports = dict(imports=["smallbig_mm"])
default_scope = "mmaction"
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3dSmallBig", depth=23, base_channels=4, num_stages=2, out_indices=(1,),
        spatial_strides=(1, 2), temporal_strides=(1, 1), dilations=(1, 1), inflate=(0, 0),
        stages=(2, 3), extra_stages=(3,), extra_blocks=((0,),), extra_unit="default",
    ),
    cls_head=dict(type="I3DHead", num_classes=3, in_channels=32, dropout_ratio=0),
    data_preprocessor=dict(
        type="ActionDataPreprocessor", mean=[110, 120, 130], std=[57, 58, 59], to_rgb=True,
        format_shape="NCTHW",
    ),
)
test_pipeline = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=4, frame_interval=2, num_clips=2, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, 32)),
    dict(type="CenterCrop", crop_size=32),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
test_dataloader = dict(dataset=dict(
    pipeline=test_pipeline, metainfo=dict(classes=["up", "down", "away"])
))
"""


def write(folder: Path) -> tuple[Path, Path]:
    """The config and a checkpoint of it, as files."""
    config, checkpoint = folder / "small.py", folder / "small.pth"
    config.write_text(CONFIG)
    save(classifier(config).recogniser.state_dict(), {}, checkpoint)
    return config, checkpoint


def classifier(config: Path) -> Classifier:
    """In eval mode, with batch norms that matter and scores that differ between clips."""
    found = Classifier(build_model(load_config(str(config)))).eval()
    for name, tensor in found.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        elif name.endswith((".weight", ".bias")) and (tensor.ndim == 1 or "fc_cls" in name):
            tensor.uniform_(-1, 1)
    return found


def clips(number: int) -> torch.Tensor:
    return torch.randn(number, 3, 4, 32, 32)
