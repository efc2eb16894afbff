"""Maps over the frames of a clip: a layer's features (Sec. 6.3), a unit's two views, Grad-CAM."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.models import Recognizer2D
from mmaction.utils import GradCAM
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..deploy.views import middle_view
from ..errors import UserError
from ..inference import VideoPipeline, batch_of
from ..units import SmallBig

RES3_2 = "backbone.layer2.1"  # Fig. 3: res3's second block, after its unit


@dataclass(frozen=True)
class Map:
    """A map of a network over a clip's frames.

    Attributes:
        name: of the layer, and what of it.
        values: (T', h, w) float32; T' may be smaller than the number of frames.
        note: what must be known of it.
    """

    name: str
    values: NDArray[np.float32]
    note: str = ""


@dataclass(frozen=True)
class Seen:
    """What one network makes of a clip.

    Attributes:
        network: the name of its config, and its weights.
        frames: (T, H, W, 3) uint8, as they are cut out of the video.
        maps: of it.
    """

    network: str
    frames: NDArray[np.uint8]
    maps: list[Map] = field(default_factory=list)


def look(model: Any, batch: dict[str, Any], network: str, layer: str, cam: bool) -> Seen:
    """A network's maps of a clip: the layer's channel mean, Grad-CAM if it is asked for, and the
    small and the big view of its first SmallBig unit, if it has one with a norm for each.

    Args:
        model: an mmaction2 recogniser, in eval mode.
        batch: one view of one video, as a loader gives it.
        network: what to call it.
        layer: its dotted name in the recogniser.
        cam: whether to add Grad-CAM, for the class with the highest score.

    Raises:
        UserError: if there is no such layer, or its output is no map.
    """
    seen = Seen(network, frames_of(model, batch))
    module = find_layer(model, layer)
    first = first_smallbig(model)
    means: list[NDArray[np.float32]] = []
    inputs: list[Tensor] = []
    handles = [
        module.register_forward_hook(lambda _, __, y: means.append(channel_mean(model, layer, y)))
    ]
    if first is not None:
        keep = first[1].register_forward_pre_hook(lambda _, x: inputs.append(x[0].clone()))
        handles.append(keep)
    try:
        with torch.no_grad():
            model.test_step(batch)
    finally:
        for handle in handles:
            handle.remove()
    if len(means) != 1:
        raise UserError(
            f"--layer {layer}: runs {len(means)} times a clip, so it has no one map; choose a "
            "layer around it"
        )
    seen.maps.append(Map(f"{layer}, channel mean", means[0], _silence(model)))
    if cam:
        seen.maps.append(_grad_cam(model, batch, layer))
    if first is not None:
        seen.maps.extend(_views(model, *first, inputs[0]))
    return seen


def clip_of(model: Any, pipeline: VideoPipeline, video: Path) -> dict[str, Any]:
    """The middle one of a video's views, as a batch.

    Raises:
        VideoDecodeError: if the video is missing or cannot be decoded.
    """
    batch, seen = batch_of(pipeline, [video]), pipeline.protocol
    (inputs,) = batch["inputs"]
    batch["inputs"] = [middle_view(model, inputs, seen.clips, seen.crops)]
    return batch


def frames_of(model: Any, batch: dict[str, Any]) -> NDArray[np.uint8]:
    """The frames (T, H, W, 3) of a batch's one view."""
    inputs = batch["inputs"][0]
    channels_last = (0, 2, 3, 1) if isinstance(model, Recognizer2D) else (1, 2, 3, 0)
    frames = inputs if isinstance(model, Recognizer2D) else inputs[0]
    return frames.permute(channels_last).numpy()


def find_layer(model: nn.Module, name: str) -> nn.Module:
    """The module of a dotted name.

    Raises:
        UserError: if there is none; the message names the nearest ones.
    """
    modules = dict(model.named_modules())
    if name and name in modules:
        return modules[name]
    near = difflib.get_close_matches(name, modules, n=5, cutoff=0.3)
    raise UserError(
        f"--layer {name}: no such layer in this {type(model).__name__}; nearest: {', '.join(near)}"
    )


def first_smallbig(model: nn.Module) -> tuple[str, SmallBig] | None:
    """The first SmallBig unit with a norm a view, in the order of the network, and its name."""
    units = ((n, m) for n, m in model.named_modules() if isinstance(m, SmallBig))
    return next(((name, unit) for name, unit in units if unit.big_bn is not None), None)


def channel_mean(model: Any, layer: str, y: Any) -> NDArray[np.float32]:
    """A layer's output, (1, C, T, h, w) or of a 2D recogniser (T, C, h, w), as (T, h, w).

    Raises:
        UserError: if it has another shape.
    """
    frames = y if isinstance(model, Recognizer2D) else None
    if isinstance(y, Tensor) and y.ndim == 5 and len(y) == 1:
        frames = y[0].transpose(0, 1)
    if not isinstance(frames, Tensor) or frames.ndim != 4:
        shape = tuple(y.shape) if isinstance(y, Tensor) else type(y).__name__
        raise UserError(
            f"--layer {layer}: gives {shape}, which is no map over positions; choose another"
        )
    return frames.detach().mean(1).float().cpu().numpy()


def _views(model: Any, name: str, unit: SmallBig, x: Tensor) -> Iterator[Map]:
    """The small and the big view of a unit with input `x`."""
    with torch.no_grad():
        small, big = unit.views(x)
    untrained = "" if _adds_something(unit) else "zero: the unit is untrained"
    whole = "one for all frames" if unit.view[0] == "T" else ""
    yield Map(f"{name}, small view", channel_mean(model, name, small))
    note = "; ".join(filter(None, (untrained, whole)))
    yield Map(f"{name}, big view", channel_mean(model, name, big), note)


def _grad_cam(model: Any, batch: dict[str, Any], layer: str) -> Map:
    """mmaction2's Grad-CAM, (T, H, W) in [0, 1], of the class with the highest score."""
    model.requires_grad_(True)  # a frozen stage, too, has a gradient to show
    average = model.cls_head.average_clips
    try:
        cam = GradCAM(model, layer.replace(".", "/"))
        with warnings.catch_warnings():  # its kind of hook is old, and gives what it reads of it
            warnings.simplefilter("ignore", FutureWarning)
            values, scores = cam._calculate_localization_map(batch, use_labels=False)
    finally:
        model.cls_head.average_clips = average  # which the class sets
        model.zero_grad()
    number = int(scores[0].argmax())
    classes = (model.cfg.test_dataloader.dataset.get("metainfo") or {}).get("classes")
    said = classes[number] if classes else number
    return Map(f"{layer}, Grad-CAM", values[0].cpu().numpy(), f"class {said}")


def _silence(model: Any) -> str:
    """Which of its units add nothing yet, for they start so."""
    placed = getattr(model.backbone, "named_units", lambda: ())
    units = [unit for _, unit in placed()]
    silent = sum(not _adds_something(unit) for unit in units)
    if not silent:
        return ""
    if silent == len(units):
        return "untrained units add nothing: the map of the network without them"
    return f"{silent} of {len(units)} units are untrained and add nothing"


def _adds_something(unit: nn.Module) -> bool:
    """Whether no batch norm of a unit has scale and bias of zero, as units start."""
    norms = [m for m in unit.modules() if isinstance(m, _BatchNorm) and m.affine]
    return all(bool(norm.weight.any() or norm.bias.any()) for norm in norms)


def network_names(networks: Sequence[tuple[str, str]]) -> list[str]:
    """What networks are called: by the names of config and weights, or paths where these are alike.

    Args:
        networks: config and weights of each.
    """
    short = [f"{Path(config).stem} ({Path(weights).name})" for config, weights in networks]
    whole = [f"{config} ({weights})" for config, weights in networks]
    return [a if short.count(a) == 1 else b for a, b in zip(short, whole, strict=True)]
