"""Random numbers of loaders that do not depend on what was loaded before."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from typing import Any


def seed_draws() -> str | None:
    """Seed the random numbers of each sample by its place in the training.

    https://github.com/open-mmlab/mmdetection/issues/4193: mmengine seeds a loader process when it
    starts, so that augmentation depends on how many there are, repeats in each epoch unless they
    persist, and goes on otherwise in a training that is resumed. Here it follows from the seed, the
    epoch, and the sample's place in the epoch's order over all processes.
    """
    from mmengine.runner import Runner

    if hasattr(Runner.build_dataloader, "__wrapped__"):
        return None
    Runner.build_dataloader = staticmethod(_seeding(Runner.build_dataloader))
    return "a sample's random numbers follow from the seed, the epoch and its place in it"


def _seeding(build: Any) -> Any:
    @functools.wraps(build)
    def build_seeded(dataloader: Any, seed: int | None = None, diff_rank_seed: bool = False) -> Any:
        loader = build(dataloader, seed, diff_rank_seed)
        batches = loader.batch_sampler
        inner = getattr(batches, "sampler", None)
        if seed is not None and inner is not None and not isinstance(inner, _Numbered):
            batches.sampler = _Numbered(inner, seed)
            loader.dataset.__getitems__ = _Seeded(loader.dataset)
        return loader

    return build_seeded


class Draw(int):
    """The index of a sample, with the seed of its random numbers."""

    seed: int


class _Numbered:
    """A sampler whose indices have seeds."""

    def __init__(self, sampler: Any, seed: int) -> None:
        self.sampler, self.base = sampler, seed

    def __iter__(self) -> Iterator[Draw]:
        rank, processes = getattr(self.sampler, "rank", 0), getattr(self.sampler, "world_size", 1)
        epoch = getattr(self.sampler, "epoch", 0)
        for place, index in enumerate(self.sampler):
            draw = Draw(index)
            draw.seed = mixed(self.base, epoch, place * processes + rank)
            yield draw

    def __len__(self) -> int:
        return len(self.sampler)

    def __getattr__(self, name: str) -> Any:
        if name == "sampler":  # of a copy that has nothing yet
            raise AttributeError(name)
        return getattr(self.sampler, name)


class _Seeded:
    """Takes a batch out of a dataset, seeding before each sample."""

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def __call__(self, draws: list[int]) -> list[Any]:
        return [self._one(draw) for draw in draws]

    def _one(self, draw: int) -> Any:
        if isinstance(draw, Draw):  # not from a batch sampler that makes up its own
            seed_all(draw.seed)
        return self.dataset[int(draw)]


def mixed(*numbers: int) -> int:
    """32 bits that follow from some numbers, and look as if they did not."""
    import numpy as np

    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def seed_all(seed: int) -> None:
    """Seed what pipelines and networks draw from: random, NumPy, torch."""
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
