"""A classifier as a graph that needs none of its Python: torch.export's, and ONNX.

It keeps its 3D convolutions, and batch norms that follow a shared one: runtimes fold and fuse these
by themselves, and were slower with what was folded by hand.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.export import Dim, ExportedProgram

from ..errors import UserError, last_line
from .classifier import Classifier
from .packages import load

INPUT, OUTPUT = "clips", "scores"
ANY_BATCH = ({0: Dim("batch")},)
# Parts of a recogniser that are no function of the clip alone, and what else they take.
REFUSED = {"RegionGraphHead": "takes a detector's boxes beside the clip"}


def trace(classifier: Classifier, clip: Tensor) -> ExportedProgram:
    """torch.export's graph of a classifier, for clips of one shape in batches of any size.

    Args:
        classifier: in eval mode; it stays as it is.
        clip: an example, of batch 1.

    Raises:
        UserError: if the network cannot be traced.
    """
    for part in classifier.recogniser.children():
        if why := REFUSED.get(name := type(part).__name__):
            raise UserError(f"{name} {why}, so there is no graph from clips to scores; use torch")
    pair = torch.cat([clip, clip])  # a batch of 1 would be taken for a constant
    try:
        with torch.no_grad():
            return torch.export.export(classifier, (pair,), dynamic_shapes=ANY_BATCH)
    except Exception as error:  # a network's own code may raise anything
        raise UserError(
            f"torch.export cannot trace this network; use torch: {last_line(error)}"
        ) from error


def onnx_model(classifier: Classifier, clip: Tensor) -> Any:
    """An `onnx.ModelProto` of a classifier: `clips`, of any batch -> `scores`.

    By PyTorch's exporter of today; the older one (`dynamo=False`) knows neither memory layouts nor
    kernels as long as the clip.

    Args:
        classifier: in eval mode; it stays as it is.
        clip: an example, of batch 1.

    Raises:
        UserError: if the network cannot be exported, or a package is missing.
    """
    load("onnx", "export")
    load("onnxscript", "export")
    program = trace(classifier, clip)
    with _quietly():
        try:
            exported = torch.onnx.export(
                program,
                dynamo=True,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=ANY_BATCH,  # for the dimension's name
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            raise UserError(
                f"torch.onnx cannot export this network; use torch: {last_line(error)}"
            ) from error
    assert exported is not None  # as it is when a file is named
    return exported.model_proto


@contextmanager
def _quietly() -> Iterator[None]:
    """Without what the exporter says of packages that no network here needs, and of itself."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
