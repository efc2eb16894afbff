"""Benchmarks, their builders and transforms."""

from .controls import ShuffleFrames, SingleFrame

__all__ = ["ShuffleFrames", "SingleFrame"]
