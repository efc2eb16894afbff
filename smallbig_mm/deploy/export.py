"""A trained network as a file that runs without this package: ONNX, or torch.export's .pt2."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from torch import Tensor

from ..configs.identity import digest
from ..configs.sampling import protocol
from ..errors import UserError
from ..files import file_sha256, relative, whole
from .backends import Run, onnxruntime_run
from .classifier import Classifier
from .graphs import INPUT, OUTPUT, onnx_model, trace
from .packages import load

TOLERANCE = 1e-4  # relative, in float32; exported networks differ by some 1e-6
PACKAGES = ("onnx", "onnxscript", "onnxruntime")  # that ONNX takes
EXTRA_FILE = "metadata.json"  # in a .pt2
Metadata = dict[str, Any]


def describe(
    cfg: Config, checkpoint: Path, clip: Tensor, classes: Sequence[str] | None
) -> Metadata:
    """What who runs a network without this package has to know, and where it is from.

    Args:
        cfg: the network's config, of which the test pipeline made the clip.
        checkpoint: its weights.
        clip: an example, of batch 1, normalised.
        classes: names in the order of the scores, if there are any.

    Returns:
        Plain values by name. A clip is `clip_frames` frames at a distance of `clip_interval`,
        channels in the order `channels`, each pixel (0 to 255) less `mean` over `std`.
    """
    given, how = cfg.model.get("data_preprocessor") or {}, protocol(cfg)
    return dict(
        input=INPUT,
        output=f"{OUTPUT}, before softmax",
        shape=["batch", *clip.shape[1:]],
        mean=list(given.get("mean") or [0]),
        std=list(given.get("std") or [1]),
        channels="BGR" if given.get("to_rgb") else "RGB",  # pipelines decode RGB
        clip_frames=how.frames,
        clip_interval=how.interval,
        clip_size=list(how.size),
        classes=list(classes or ()),
        config=relative(cfg.filename),
        config_sha256=digest(cfg),
        checkpoint=checkpoint.name,
        checkpoint_sha256=file_sha256(checkpoint),
        torch=torch.__version__,
    )


def export(classifier: Classifier, clip: Tensor, metadata: Metadata, out: Path) -> float:
    """Write a classifier to a file that has been read again and gave PyTorch's scores.

    Args:
        classifier: in eval mode, on the CPU.
        clip: of a real video, batch 1, for the comparison; its shape is the file's.
        metadata: of `describe`; in ONNX a JSON value a name, in .pt2 `EXTRA_FILE`.
        out: the file, by whose ending it is ONNX or .pt2; written whole or not at all.

    Returns:
        The largest relative difference of its scores from PyTorch's, of the clip, and of the clip
        with its mirror image as a batch.

    Raises:
        UserError: if the ending is another one, the network cannot be exported, a package is
            missing, or the scores differ by more than `TOLERANCE`, as CPNet's may, where rounding
            decides which positions are neighbours.
    """
    write, read = FORMATS[known_ending(out)]
    with whole(out) as part:
        write(classifier, clip, metadata, part)
        found = difference(classifier, read(part), clip)
        if not found <= TOLERANCE:
            raise UserError(
                f"{out}: not written: its scores differ from PyTorch's by {found:.2g}, relative, "
                f"and {TOLERANCE:g} is allowed"
            )
    return found


def known_ending(out: Path) -> str:
    """The ending of a file to export to.

    Raises:
        UserError: if it is none of `FORMATS`, or a package that it takes is not installed.
    """
    if out.suffix not in FORMATS:
        raise UserError(f"{out}: ends in neither {' nor '.join(FORMATS)}, which say the format")
    for package in PACKAGES if out.suffix == ".onnx" else ():
        load(package, "onnxruntime")
    return out.suffix


@torch.no_grad()
def difference(classifier: Classifier, run: Run, clip: Tensor) -> float:
    """The larger |run - classifier| / |classifier| of a clip, and of a batch of two."""
    both = torch.cat([clip, clip.flip(-1)])
    pairs = [(classifier(clips), run(clips)) for clips in (clip, both)]
    return max(float((other - own).norm() / own.norm()) for own, other in pairs)


def _write_onnx(classifier: Classifier, clip: Tensor, metadata: Metadata, path: Path) -> None:
    model = onnx_model(classifier, clip)
    values = {name: json.dumps(value) for name, value in metadata.items()}
    load("onnx", "onnxruntime").helper.set_model_props(model, values)
    path.write_bytes(model.SerializeToString())


def _read_onnx(path: Path) -> Run:
    return onnxruntime_run(path.read_bytes(), torch.get_num_threads())


def _write_pt2(classifier: Classifier, clip: Tensor, metadata: Metadata, path: Path) -> None:
    with path.open("wb") as file:
        torch.export.save(
            trace(classifier, clip), file, extra_files={EXTRA_FILE: json.dumps(metadata)}
        )


def _read_pt2(path: Path) -> Run:
    with path.open("rb") as file:
        return torch.export.load(file).module()


Write = Callable[[Classifier, Tensor, Metadata, Path], None]
FORMATS: dict[str, tuple[Write, Callable[[Path], Run]]] = {
    ".onnx": (_write_onnx, _read_onnx),
    ".pt2": (_write_pt2, _read_pt2),
}
