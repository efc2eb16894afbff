"""Benchmarks, their builders, transforms and metrics."""

from .controls import ShuffleFrames, SingleFrame
from .motion_shapes_metric import MotionShapesMetric

__all__ = ["MotionShapesMetric", "ShuffleFrames", "SingleFrame"]
