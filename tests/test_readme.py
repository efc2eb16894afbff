"""The README says what is true: its figures are recorded, its examples run, its files exist."""

import json
import re
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

from smallbig_mm.costs import build_model

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_costs_are_the_recorded_ones():
    records = [json.loads(line) for line in (ROOT / "results/costs.jsonl").open()]
    by_name = {Path(record["config"]).stem: record for record in records}
    assert set(by_name) == {path.stem for path in (ROOT / "configs").glob("*.py")}
    rows = re.findall(r"^\| `(\w+)` \| .*? \| ([\dx]+) \| ([\d.]+) \| ([\d.]+)", README, re.M)
    assert len(rows) == len(by_name) - 2  # V2's networks are V1's
    for name, clip, params, gmac in rows:
        record = by_name[name]
        assert clip == "x".join(map(str, record["clip"]))
        assert (params, gmac) == (f"{record['params'] / 1e6:.2f}", f"{record['macs'] / 1e9:.2f}")
    for version in ("8f", "16f"):
        one, two = (by_name[f"smallbig_slowonly_r50_{version}_sthv{v}"] for v in (1, 2))
        assert one | dict(config="") == two | dict(config="")


def test_linked_files_exist():
    links = re.findall(r"\]\(((?!https?:|#)[^)]+)\)", README)
    assert links
    named = re.findall(r"\b((?:configs|tools|results)/[\w/.]+\.(?:py|sh|md|jsonl))", README)
    for path in {*links, *named}:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("number", [0, 1])
def test_examples_build(number, tmp_path):
    code = re.findall(r"```python\n(.*?)```", README, re.S)[number]
    path = tmp_path / "example.py"
    if "_base_" not in code:
        code = f'_base_ = "{ROOT}/configs/r23_k400.py"\n{code}\nmodel = dict(backbone=backbone)'
    path.write_text(code)
    cfg = Config.fromfile(path)
    with DefaultScope.overwrite_default_scope("mmaction"):
        backbone = build_model(cfg).backbone
    kinds = {type(unit).__name__ for _, unit in backbone.named_units()}
    wanted = [{"SmallBig", "SmallBigExtraUnit"}, {"SmallBig", "NonLocalUnit"}][number]
    assert kinds == wanted
