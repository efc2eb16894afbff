"""Write a trained network as ONNX or torch.export's .pt2: clip in, scores out, any batch."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mmengine.dataset import pseudo_collate
from torch import Tensor

from ..configs import load_config
from ..datasets.motion_shapes_files import render, video_path
from ..datasets.video_writer import default_codec
from ..deploy.classifier import Classifier
from ..deploy.export import TOLERANCE, describe, export, known_ending
from ..files import require_file
from ..inference import VideoPipeline, load_recognizer, number_of_classes, read_labels
from ..records.provenance import code_version
from .cli import add_config_options, out_file, parser


def main() -> None:
    example = "python tools/export.py configs/smallbig_r50_k400.py smallbig_r50.pth smallbig.onnx"
    tool = parser(__doc__, example)
    tool.add_argument("config", help="config file, whose test pipeline says the clip's shape")
    tool.add_argument("checkpoint", help="checkpoint file")
    tool.add_argument("out", type=out_file, help="file to write: NAME.onnx or NAME.pt2")
    tool.add_argument(
        "--video",
        help="compare its scores with PyTorch's on a clip of this one, in place of a MotionShapes "
        "video",
    )
    add_config_options(tool)
    args = tool.parse_args()

    known_ending(args.out)
    cfg = load_config(args.config, args.cfg_options)
    checkpoint = require_file(args.checkpoint, "checkpoint")
    recogniser = load_recognizer(cfg, checkpoint, "cpu")
    classifier = Classifier(recogniser).eval()
    if args.video:
        clip = _clip(classifier, require_file(args.video, "--video"))
    else:
        with TemporaryDirectory() as folder:
            render(Path(folder), 0, default_codec(), ("val", 0))
            clip = _clip(classifier, Path(folder, video_path("val", 0)))
    classes = read_labels(cfg, None, number_of_classes(cfg))

    began = time.perf_counter()
    metadata = describe(cfg, checkpoint, clip, classes) | dict(smallbig_mm=code_version())
    found = export(classifier, clip, metadata, args.out)
    shape = " x ".join(map(str, metadata["shape"]))
    print(f"{args.out}: {shape} -> scores, {time.perf_counter() - began:.0f} s")
    print(f"differs from PyTorch by {found:.1e}, relative ({TOLERANCE:g} is allowed)")


def _clip(classifier: Classifier, video: Path) -> Tensor:
    """The first clip and crop of a video, as the test pipeline makes it, batch 1."""
    recogniser: Any = classifier.recogniser
    pipeline = VideoPipeline(recogniser.cfg)
    batch = pseudo_collate([pipeline(video)])
    inputs = recogniser.data_preprocessor(batch)["inputs"]
    return inputs[:, : pipeline.protocol.frames] if classifier.by_frames else inputs[:, 0]
