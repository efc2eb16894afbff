"""The README says what is true: its figures are recorded, its examples run, its files exist."""

import re
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

from smallbig_mm.costs.counting import build_model
from smallbig_mm.experiments import costs
from smallbig_mm.experiments.quickstart import NETWORKS
from smallbig_mm.experiments.quickstart import table as quickstart_table
from smallbig_mm.experiments.ut_interaction import table
from smallbig_mm.records import store
from smallbig_mm.report.tables import documents

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def records():
    return store.read_all()


@pytest.fixture(scope="module")
def every_table(records):
    return documents(records)


def test_costs_are_the_recorded_ones(records):
    by_network = costs.by_network(records)
    names = {path.stem for path in (ROOT / "configs").glob("*.py")}
    rows = re.findall(r"^\| `(\w+)` \| .*? \| ([\dx]+) \| ([\d.]+) \| ([\d.]+)", README, re.M)
    assert {name for name, *_ in rows} == {name for name in names if not name.endswith("_sthv2")}
    for name, clip, params, gmac in rows:
        cfg = Config.fromfile(ROOT / f"configs/{name}.py")
        counts = {"x".join(map(str, c.clip)): c for c in by_network[costs.network_of(cfg)].counts}
        found = counts[clip]
        assert (params, gmac) == (f"{found.params / 1e6:.2f}", f"{found.macs / 1e9:.2f}")
        if name.endswith("_sthv1"):  # V2's networks are V1's
            other = Config.fromfile(ROOT / f"configs/{name[:-1]}2.py")
            assert costs.network_of(other) == costs.network_of(cfg)


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


def rows(text: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of Markdown tables, cut to their first columns; rows without figures left out."""
    cells = ([c.strip() for c in line.strip("| \n").split("|")] for line in text.splitlines())
    return [
        tuple(row[:columns]) for row in cells if len(row) >= columns and "not run" not in row[2]
    ]


def test_ut_interaction_is_the_recorded_grid(records, tmp_path):
    generated = table([r for r in records if r.id.startswith("ut_interaction/")], tmp_path)
    stored = (ROOT / "results/tables/ut_interaction.md").read_text()
    assert rows(generated, 10) == [row for row in rows(stored, 10) if len(row) == 10]
    section = README.split("## UT-Interaction")[1].split("\n## ")[0]
    shown = [row for row in rows(section, 7) if "-R23" in row[0] or "D R23" in row[0]]
    assert shown == [row for row in rows(stored, 7) if "R23" in row[0]]


def test_quickstart_table_is_the_recorded_one(records):
    stored = (ROOT / "results/tables/quickstart.md").read_text()
    by_stem = {Path(r.config).stem: r for r in records if r.id.startswith("quickstart/")}
    assert quickstart_table({name: by_stem[name] for name in NETWORKS}) + "\n" == stored
    assert stored in README


def test_coverage_is_the_generated_one(every_table):
    coverage = every_table["README"].parts["Coverage"]
    for what, number in coverage.itertuples(index=False):
        assert f"| {what} | {number} |" in README


def test_orderings_are_the_generated_ones(every_table):
    judged = every_table["motion_shapes"].parts["Orderings"]
    said = {
        verdict: set(claims.split("; "))
        for verdict, claims in re.findall(
            r"^- \*\*(holds|does not hold|within noise)\*\*: (.*?)\.$",
            README.replace("\n  ", " "),
            re.M,
        )
    }
    found = judged.groupby("here it")["the paper says"].apply(set).to_dict()
    assert said == found
