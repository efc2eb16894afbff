"""What pipelines draw, in how many loader processes so ever."""

from __future__ import annotations

import random

import numpy as np
import torch
from mmengine.dataset import BaseDataset
from mmengine.registry import DATASETS, TRANSFORMS
from mmengine.runner import Runner


@TRANSFORMS.register_module()
class Dice:
    def __call__(self, results: dict) -> dict:
        return dict(
            index=results["sample_idx"],
            drawn=(random.random(), np.random.rand(), torch.rand(()).item()),
        )


@DATASETS.register_module()
class Numbers(BaseDataset):
    def load_data_list(self) -> list[dict]:
        return [dict(number=number) for number in range(12)]


def epochs(*numbers: int, seed: int = 5, **loader) -> list[list[tuple]]:
    """Indices and draws of some epochs, from a loader of its own."""
    cfg = dict(
        batch_size=4,
        sampler=dict(type="DefaultSampler", shuffle=True),
        dataset=dict(type="Numbers", pipeline=[dict(type="Dice")]),
        **loader,
    )
    built = Runner.build_dataloader(cfg, seed=seed)
    found = []
    for number in numbers:
        built.sampler.set_epoch(number)
        batches = [zip(b["index"], zip(*b["drawn"], strict=True), strict=True) for b in built]
        found.append([pair for batch in batches for pair in batch])
    return found


def test_an_epoch_is_the_same_wherever_it_is_resumed():
    first, second = epochs(0, 1, num_workers=0)
    assert sorted(index for index, _ in second) == list(range(12))
    draws = {value for _, triple in first + second for value in triple}
    assert len(draws) == 2 * 12 * 3  # none is repeated, in the next epoch neither
    assert epochs(1, num_workers=0) == [second]
    for loader in (dict(num_workers=2), dict(num_workers=3, persistent_workers=True)):
        assert epochs(0, 1, **loader) == [first, second]
        assert epochs(1, **loader) == [second]
    assert epochs(1, num_workers=0, seed=6) != [second]


def test_a_sample_draws_the_same_in_several_processes(monkeypatch):
    """Also where the order is dealt out to them."""
    (alone,) = epochs(1, num_workers=0)
    shared = []
    for rank in range(2):
        info = "mmengine.dataset.sampler.get_dist_info"
        monkeypatch.setattr(info, lambda rank=rank: (rank, 2))
        shared += epochs(1, num_workers=0)[0]
    assert sorted(shared) == sorted(alone)
