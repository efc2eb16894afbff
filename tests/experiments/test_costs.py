"""Counting all networks: each once, failures recorded, nothing recorded twice."""

from pathlib import Path

import pytest
from mmengine.config import Config

from smallbig_mm.costs.counting import build_model, count
from smallbig_mm.experiments import costs
from smallbig_mm.experiments.costs import Network, by_network, measure, network_of, networks
from smallbig_mm.files import SHARE
from smallbig_mm.records import store

CONFIGS = SHARE / "configs"


def tiny(**backbone) -> Config:
    cfg = Config.fromfile(CONFIGS / "motion_shapes/r23.py")
    cfg.model.backbone.update(backbone)
    return cfg


def test_networks_are_counted_at_every_clip_that_tables_need():
    found = {config: network for network in networks() for config in network.configs}
    assert found["configs/table06/03_max_pool.py"] is found["configs/smallbig_r23_k400.py"]
    assert (8, 256, 256) in found["configs/table05/04_typical.py"].clips
    assert {(32, 112, 112), (8, 112, 112), (8, 224, 224), (8, 256, 256)} == set(
        found["configs/table10/04_r2plus1d.py"].clips
    )
    assert (64, 256, 256) in found["configs/table10/24_slowfast_r101_16f.py"].clips
    assert not any("_en" in Path(config).stem for config in found)
    # a network's costs do not depend on how it is tested or which data it sees
    v1, v2 = (
        f"configs/table11/{n}_sthv{v}.py"
        for n, v in (("09_smallbig_8f", 1), ("18_smallbig_8f_2x3", 2))
    )
    assert found[v1] is found[v2]


def test_failures_are_recorded_and_others_go_on(tmp_path, monkeypatch):
    good, bad = tiny(), tiny(depth=24)
    clips = ((8, 32, 32), (8, 48, 48))
    made = [Network(bad, ("configs/bad.py",), clips), Network(good, ("configs/good.py",), clips)]
    monkeypatch.setattr(costs, "networks", lambda: made)
    (_, failed, _, _), (_, counted, _, new) = measure(tmp_path, "python tools/flops.py --all")
    assert failed.counts.startswith("not run: ValueError") and "depth=24" in failed.counts
    assert new and [c.clip for c in counted.counts] == list(clips)
    direct = count(build_model(good), clips[1])
    assert (counted.counts[1].macs, counted.counts[1].params) == (direct.macs, direct.params)
    assert by_network(store.read_all(tmp_path)) == {network_of(good): counted}


def test_an_equal_count_is_not_recorded_again(tmp_path, monkeypatch):
    made = [Network(tiny(), ("configs/good.py",), ((8, 32, 32),))]
    monkeypatch.setattr(costs, "networks", lambda: made)
    ((_, first, _, _),) = measure(tmp_path, "once")
    ((_, second, _, new),) = measure(tmp_path, "twice")
    assert not new and second == first and len(store.read_all(tmp_path)) == 1


@pytest.mark.parametrize("stem", ["table06/04_without_share", "table09/01_simple"])
def test_stored_counts_are_those_of_the_code(stem):
    cfg = Config.fromfile(CONFIGS / f"{stem}.py")
    stored = by_network(store.read_all())[network_of(cfg)].counts[0]
    found = count(build_model(cfg), stored.clip)
    assert (stored.macs, stored.params) == (found.macs, found.params)
