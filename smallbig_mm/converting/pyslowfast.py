"""Checkpoints of PySlowFast, github.com/facebookresearch/SlowFast: SlowFast, SlowOnly, I3D, NL I3D.

Of two kinds, PyTorch's (`.pyth`) and Caffe2's (`.pkl`):

    PyTorch                               Caffe2                              ours
    s1.pathway0_stem.conv                 conv1, its norm res_conv1_bn        conv1
    s2.pathway0_res0.branch2.a            res2_0_branch2a                     layer1.0.conv1
    s2.pathway0_res0.branch1              res2_0_branch1                      layer1.0.downsample
    s2.pathway1_res0...                   t_res2_0...                         fast_path.layer1.0...
    s2_fuse.conv_f2s                      t_res2_2_branch2c_bn_subsample      layer1_lateral
    s3.pathway0_nonlocal1.conv_theta      nonlocal_conv3_1_theta              layer2.1.output_unit
    head.projection                       pred                                cls_head.fc_cls

Four things are not as in mmaction2: lateral connections have a norm and a ReLU (`lateral_norm`);
the classifier takes slow before fast; the non-local unit's last convolution has a bias, which goes
into its norm; and that unit pools its input, not its keys and values, so that it is ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any

import torch
import yaml
from mmaction.models.backbones import ResNet3d

from ..errors import CheckpointError
from ..state_dicts import Shapes, StateDict
from .families import Family, Network, by_rules, classes_of, depth_of


def _module(path: str | None, stage: str, block: str, branch: str, bn: str | None) -> str:
    """Ours, of a block's branch `1`, `2a`, `2b` or `2c`."""
    conv = "downsample" if branch == "1" else f"conv{'abc'.index(branch[-1]) + 1}"
    return f"{_path(path)}layer{int(stage) - 1}.{block}.{conv}.{'bn' if bn else 'conv'}."


def _path(path: str | None) -> str:
    return "fast_path." if path in ("1", "t_") else ""


def _lateral(stage: str, bn: str | None) -> str:
    stem = stage == "1"
    return f"{'conv1' if stem else f'layer{int(stage) - 1}'}_lateral.{'bn' if bn else 'conv'}."


def _non_local(stage: str, block: str, part: str) -> str:
    ours = {"bn": "conv_out.bn", "out": "conv_out.conv", "theta": "theta.conv"}
    return f"layer{int(stage) - 1}.{block}.output_unit.{ours.get(part, f'{part}.1.conv')}."


RULES = (
    # Caffe2
    (
        r"^(t_)?(?:res_)?conv1_(bn_)?",
        lambda m: f"{_path(m[1])}conv1.{'bn' if m[2] else 'conv'}.",
    ),
    (r"^t_(?:pool(1)|res(\d)_\d+_branch2c_bn)_subsample_(bn_)?",
     lambda m: _lateral(m[1] or m[2], m[3])),
    (
        r"^(t_)?res(\d)_(\d+)_branch(1|2[abc])_(bn_)?",
        lambda m: _module(*m.groups()),
    ),
    (r"^nonlocal_conv(\d)_(\d+)_(bn|theta|phi|g|out)_", lambda m: _non_local(*m.groups())),
    (r"^pred_", "cls_head.fc_cls."),
    (r"\.[ws]$", ".weight"),
    (r"\.b$", ".bias"),
    (r"\.rm$", ".running_mean"),
    (r"\.riv$", ".running_var"),
    # PyTorch
    (r"^s1\.pathway(\d)_stem\.", lambda m: f"{_path(m[1])}conv1."),
    (r"^s(\d)_fuse\.(?:conv_f2s|(bn))\.", lambda m: _lateral(*m.groups())),
    (
        r"^s(\d)\.pathway(\d)_res(\d+)\.branch(?:(1)|2\.([abc]))(_bn)?\.",
        lambda m: _module(m[2], m[1], m[3], m[4] or m[5], m[6]),
    ),
    (
        r"^s(\d)\.pathway0_nonlocal(\d+)\.(?:conv_)?(bn|theta|phi|g|out)\.",
        lambda m: _non_local(*m.groups()),
    ),
    (r"^head\.projection\.", "cls_head.fc_cls."),
)  # fmt: skip


def _as_in_mmaction2(tensors: StateDict) -> dict[str, str]:
    """Put the slow path, the classifier and the non-local units in mmaction2's form, in place."""
    gone = {}
    for name in [name for name in tensors if name.endswith(".conv_out.conv.bias")]:
        mean = name.replace(".conv.bias", ".bn.running_mean")
        if mean in tensors:  # else what is missing will be said
            tensors[mean] = tensors[mean] - tensors.pop(name)
            gone[name] = "went into the running mean of the norm that follows"
    if any(name.startswith("backbone.fast_path.") for name in tensors):
        for name in [n for n in tensors if re.match(r"backbone\.(?!fast_path\.)", n)]:
            tensors[name.replace("backbone.", "backbone.slow_path.", 1)] = tensors.pop(name)
        fc, last = "cls_head.fc_cls.weight", "backbone.slow_path.layer4.0.conv3.bn.weight"
        if fc in tensors and last in tensors:
            slow = len(tensors[last])
            tensors[fc] = torch.cat([tensors[fc][:, slow:], tensors[fc][:, :slow]], dim=1)
    return gone


# --------------------------------------------------------------------------------------------------
# Networks


def _pathway(ours: Shapes, prefix: str) -> dict[str, Any]:
    """Depth, width and temporal kernels of a path."""
    depth = depth_of(ours, ResNet3d.arch_settings, f"{prefix}layer")
    stem = ours.get(f"{prefix}conv1.conv.weight")
    if depth < 50 or stem is None:
        raise CheckpointError(
            f"{prefix}* has the stem and the blocks of no ResNet (R50, R101 or R152): of "
            "PySlowFast's networks SlowFast, SlowOnly, I3D and NL I3D are converted"
        )
    inflate = []
    for n, blocks in enumerate(ResNet3d.arch_settings[depth][1], start=1):
        kernels = [ours.get(f"{prefix}layer{n}.{b}.conv1.conv.weight") for b in range(blocks)]
        flags = tuple(int(shape is not None and shape[2] > 1) for shape in kernels)
        inflate.append(flags[0] if len(set(flags)) == 1 else flags)
    width = {} if stem[0] == 64 else {"base_channels": stem[0]}
    return dict(depth=depth, **width, conv1_kernel=stem[2:], inflate=tuple(inflate))


def identify(ours: Shapes, rest: Mapping[str, Any]) -> Network:
    """Name the network of tensors with our names.

    What leaves no trace in them is read from the config that `.pyth` files carry; where a file has
    none, it is said what is assumed.
    """
    said = _config(rest)
    if said.get("DETECTION", {}).get("ENABLE"):
        raise CheckpointError("it is a detector (AVA): only classifiers are converted")
    if any(name.startswith("backbone.fast_path.") for name in ours):
        return _slowfast(ours, said)
    path = _pathway(ours, "backbone.")
    width, depth = 32 * path.get("base_channels", 64), path["depth"]
    settings, notes = _input(said)
    found = (re.match(r"backbone\.layer(\d)\.(\d+)\.output_unit\.", name) for name in ours)
    places = {(int(match[1]) + 1, int(match[2])) for match in found if match}
    if path["conv1_kernel"][0] == 1:
        if places or not any(map(bool, path["inflate"])):
            raise CheckpointError(
                "it is PySlowFast's C2D, or SlowOnly with non-local units: there is no such "
                "network here"
            )
        name, backbone = f"SlowOnly-R{depth}", dict(type="ResNet3dSlowOnly", lateral=False, **path)
    else:
        name = f"I3D-R{depth}"
        pool = said.get("MODEL", {}).get("ARCH") != "slow_i3d"
        strides: dict[str, Any] = dict(conv1_stride_t=1, pool1_stride_t=1, with_pool2=pool)
        backbone = dict(type="ResNet3d", **path, **strides)
        settings |= {f"model.backbone.{key}": value for key, value in strides.items()}
        settings["model.backbone.spatial_strides"] = [1, 2, 2, 2]
        notes.append("its stem has no temporal stride, unlike that of mmaction2's I3D at 32 frames")
    if places:
        kind = said.get("NONLOCAL", {}).get("INSTANTIATION", "softmax")
        if kind != "softmax":
            raise CheckpointError(f"its non-local units are {kind}: only softmax is converted")
        if not said:
            notes.append("non-local units are taken to be softmax, as PySlowFast's I3D has them")
        name = f"NL {name}"
        backbone |= dict(type="ResNet3dUnits", units=_units(places))
        settings = {k: v for k, v in settings.items() if not k.startswith("model.backbone.")}
    head = dict(type="I3DHead", in_channels=width)
    return Network(name, backbone, classes_of(ours), head, settings, tuple(notes))


def _units(places: Collection[tuple[int, int]]) -> list[dict[str, Any]]:
    """Non-local units of the host at stages and blocks, an entry a stage."""
    unit = dict(type="NonLocalUnit", position="block_output", sub_sample="input")
    return [
        dict(unit, stages=(stage,), blocks=tuple(block for _, block in blocks))
        for stage, blocks in groupby(sorted(places), key=lambda place: place[0])
    ]


def _slowfast(ours: Shapes, said: Mapping[str, Any]) -> Network:
    slow, fast = _pathway(ours, "backbone.slow_path."), _pathway(ours, "backbone.fast_path.")
    base, lateral = (
        slow.get("base_channels", 64),
        ours.get("backbone.slow_path.conv1_lateral.conv.weight"),
    )
    narrow = fast.get("base_channels", 64)
    if lateral is None or any(".output_unit." in name for name in ours):
        raise CheckpointError(
            "it looks like PySlowFast's SlowFast, but without lateral connections or with "
            "non-local units: there is no such network here"
        )
    settings, notes = _input(said)
    settings["model.backbone.slow_pathway.lateral_norm"] = True
    ratio = said.get("SLOWFAST", {}).get("ALPHA")
    if ratio is None:
        notes.append(
            "the ratio of the paths' frames (8 of 4x16, 4 of 8x8 and 16x8) leaves no trace in the "
            "weights: take the config of the file's name"
        )
    else:
        for key in ("resample_rate", "speed_ratio"):
            settings[f"model.backbone.{key}"] = ratio
    notes.append(
        "of 32 frames PySlowFast gives the slow path evenly spaced ones with the first and the "
        "last (0, 10, 20, 31), mmaction2 every 8th (0, 8, 16, 24): expect a small difference"
    )
    joined = dict(lateral=True, lateral_norm=True, fusion_kernel=lateral[2])
    common = dict(type="resnet3d", pretrained=None)
    backbone = dict(
        type="ResNet3dSlowFast",
        resample_rate=ratio or 8,
        speed_ratio=ratio or 8,
        channel_ratio=base // narrow,
        slow_pathway=common | joined | slow,
        fast_pathway=common | dict(lateral=False) | fast,
    )
    head = dict(type="SlowFastHead", in_channels=32 * (base + narrow))
    return Network(
        f"SlowFast-R{slow['depth']}", backbone, classes_of(ours), head, settings, tuple(notes)
    )


def _config(rest: Mapping[str, Any]) -> dict[str, Any]:
    """PySlowFast's config, which its `.pyth` files carry as YAML; empty if there is none."""
    try:
        found = yaml.safe_load(rest["cfg"])
    except (KeyError, AttributeError, yaml.YAMLError):
        return {}
    return (
        {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}
    )


def _input(said: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Settings of the input, and what is to be said of them."""
    data = said.get("DATA", {})
    mean, std = data.get("MEAN", [0.45] * 3), data.get("STD", [0.225] * 3)
    settings: dict[str, Any] = {
        "model.data_preprocessor.mean": [round(255 * value, 3) for value in mean],
        "model.data_preprocessor.std": [round(255 * value, 3) for value in std],
    }
    if data.get("REVERSE_INPUT_CHANNEL"):
        settings["model.data_preprocessor.to_rgb"] = True  # which swaps what is RGB here
    if not data:
        return settings, [
            "the file has no config: RGB input, a mean of 0.45 and a standard deviation of 0.225 "
            "are assumed, PySlowFast's default"
        ]
    clip = data.get("NUM_FRAMES"), data.get("SAMPLING_RATE")
    return settings, [f"trained with clips of {clip[0]} frames at an interval of {clip[1]}"]


PYSLOWFAST = Family(
    "PySlowFast",
    "github.com/facebookresearch/SlowFast",
    by_rules(RULES),
    identify,
    configs=("*slow*", "*i3d*"),
    left_out={r".*_momentum|lr|model_iter": "the optimizer's"},
    change=_as_in_mmaction2,
)
