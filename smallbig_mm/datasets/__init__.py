"""Benchmarks, their builders, transforms and metrics."""

from .cached import CachedDecordInit
from .controls import ReverseFrames, ShuffleFrames, SingleFrame
from .motion_shapes_metric import MotionShapesMetric
from .proposals import LoadRegionProposals
from .six_crop import SixCrop
from .skipped import SkippedVideos
from .undecodable import UndecodableVideos

__all__ = [
    "CachedDecordInit",
    "LoadRegionProposals",
    "MotionShapesMetric",
    "ReverseFrames",
    "ShuffleFrames",
    "SingleFrame",
    "SixCrop",
    "SkippedVideos",
    "UndecodableVideos",
]
