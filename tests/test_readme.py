"""The pages say what is true: figures are recorded, examples run, files exist."""

import re
import sys
from pathlib import Path

import pytest
from mmengine.registry import DefaultScope

from smallbig_mm import commands
from smallbig_mm.configs import load_config
from smallbig_mm.costs.counting import build_model
from smallbig_mm.experiments import costs
from smallbig_mm.records import store
from smallbig_mm.report import readme
from smallbig_mm.report.grids import Grids
from smallbig_mm.report.lines import lines
from smallbig_mm.report.readme import blocks
from smallbig_mm.report.tables import documents

from .videos import write_video

ROOT = Path(__file__).parents[1]
PLACES = ("", "configs/", "results/", "tools/", "tools/data/")
PAGES = {place: (ROOT / place / "README.md").read_text() for place in PLACES}
README = PAGES[""]


@pytest.fixture(scope="module")
def records():
    return store.read_all()


@pytest.fixture(scope="module")
def every_table(records):
    return documents(records, lines(records), Grids.of(records))


def test_costs_are_the_recorded_ones(records):
    by_network = costs.by_network(records)
    names = {path.stem for path in (ROOT / "configs").glob("*.py")}
    rows = re.findall(
        r"^\| `(\w+)` \| .*? \| ([\dx]+) \| ([\d.]+) \| ([\d.]+)", PAGES["configs/"], re.M
    )
    assert {name for name, *_ in rows} == {name for name in names if not name.endswith("_sthv2")}
    for name, clip, params, gmac in rows:
        cfg = load_config(str(ROOT / f"configs/{name}.py"))
        counts = {"x".join(map(str, c.clip)): c for c in by_network[costs.network_of(cfg)].counts}
        found = counts[clip]
        assert (params, gmac) == (f"{found.params / 1e6:.2f}", f"{found.macs / 1e9:.2f}")
        if name.endswith("_sthv1"):  # V2's networks are V1's
            other = load_config(str(ROOT / f"configs/{name[:-1]}2.py"))
            assert costs.network_of(other) == costs.network_of(cfg)


@pytest.mark.parametrize("place", PAGES)
def test_linked_files_and_headings_exist(place):
    page = PAGES[place]
    links = re.findall(r"\]\(((?!https?:)[^)]+)\)", page)
    assert links
    for link in links:
        path, _, heading = link.partition("#")
        target = ROOT / place / (path or "README.md")
        assert target.exists(), link
        if heading:
            heads = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
            slugs = [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads]
            assert heading in slugs, link
    for path in re.findall(r"\b((?:configs|tools|results)/[\w/.]+\.(?:py|sh|md|jsonl))\b", page):
        assert any((ROOT / base / path).exists() for base in ("", place)), path


def test_the_first_page_is_short():
    """What is longer stands beside the code that it describes."""
    assert len(README.splitlines()) <= 245


CODE = re.findall(r"```python\n(.*?)```", "".join(PAGES.values()), re.S)
OWN = (ROOT / "configs/own_data/finetune.py").read_text()
NARROW = next(code for code in CODE if "base_channels=16" in code)
TINY = """
model["backbone"].update(depth=23)
train_cfg.update(max_epochs=1)
clip = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=8, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(64, 64), keep_ratio=False),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
for loader in (train_dataloader, val_dataloader, test_dataloader):
    loader.update(num_workers=0, persistent_workers=False)
    loader["dataset"].update(pipeline=clip)
del loader
"""


def test_own_videos_in_four_commands(tmp_path, monkeypatch, capsys):
    """From a folder outside the checkout, with a narrower network."""
    assert OWN in CODE
    section = README.partition("## Your own videos\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^    smallbig-mm (.*)$", section, re.M)
    first, rest = lines[:4], lines[4:]
    assert [line.split()[0] for line in first] == ["make-lists", "train", "test", "predict"]
    for number in range(6):
        label = ("jump", "run")[number % 2]
        write_video(tmp_path / f"clips/{label}/{number}.mp4", frames=8, seed=number)
    write_video(tmp_path / "new.mp4", frames=8)
    monkeypatch.chdir(tmp_path)

    def run(line: str) -> str:
        monkeypatch.setattr(
            sys,
            "argv",
            ["smallbig-mm", *line.partition("#")[0].replace("epoch_20", "epoch_1").split()],
        )
        commands.main()
        return capsys.readouterr().out

    assert "2 videos" in run(lines[0])
    (tmp_path / "finetune.py").write_text(OWN + NARROW + TINY)
    for line in lines[1:3]:
        run(line)
    trained, tested = store.read_all(tmp_path / "work_dirs/records")
    assert (trained.kind, tested.kind) == ("train", "test")
    assert tested.data[0].samples == 2
    assert {guess.split()[1] for guess in run(lines[3]).splitlines()} == {"jump", "run"}
    for line in rest:
        made = [word for word in run(line).split() if (tmp_path / word.rstrip(":")).is_file()]
        assert made, line

    names: dict = {}
    exec(example("smallbig_mm.load").replace("epoch_20", "epoch_1"), names)
    printed = capsys.readouterr().out
    assert "smallbig_r50_k400 " in printed
    assert {line.split()[0] for line in printed.splitlines()[-2:]} == {"jump", "run"}
    assert names["clips"].shape == (1, 3, 8, 64, 64)
    assert names["network"].cls_head.fc_cls.out_features == 10


def example(words: str) -> str:
    """The only example with some words."""
    (code,) = (code for code in CODE if words in code)
    return code


@pytest.mark.parametrize(
    "words, wanted",
    [
        ("mmaction::recognition", {"SmallBig", "SmallBigExtraUnit"}),
        ('type="NonLocalUnit"', {"SmallBig", "NonLocalUnit"}),
    ],
)
def test_example_configs_build(words, wanted, tmp_path):
    path = tmp_path / "example.py"
    path.write_text(example(words))
    cfg = load_config(str(path))
    with DefaultScope.overwrite_default_scope("mmaction"):
        backbone = build_model(cfg).backbone
    assert {type(unit).__name__ for _, unit in backbone.named_units()} == wanted


def test_generated_parts_are_what_the_records_give(records, every_table):
    parts = blocks(records, every_table)
    for name, part in parts.items():
        (page,) = (page for page, names in readme.PAGES.items() if name in names)
        generated = f"<!-- {name} -->\n{part}\n<!-- end of {name} -->"
        assert generated in (ROOT / page).read_text()
    assert (ROOT / "results/tables/quickstart.md").read_text() == parts["quickstart"] + "\n"


def test_coverage_is_the_generated_one(every_table):
    coverage = every_table["README"].parts["Coverage"]
    for what, number in coverage.itertuples(index=False):
        assert f"| {what} | {number} |" in README


def test_seeds_that_were_trained_again_are_the_recorded_ones(records):
    """First the stored runs, then those beside the curves, in the order of their seeds."""
    again = store.read_all(ROOT / "results/curves")
    name = "motion_shapes/table05-03_first_third-seed"
    digest = "49d92304"  # of the older recipe

    def order_free(found):
        own = [r for r in found if r.id.startswith(name) and f"-{digest}-" in r.id]
        by_seed = sorted(own, key=lambda record: record.seed)
        return [f"{record.metrics['motion_shapes/order_free']:.1f}" for record in by_seed]

    (said,) = re.findall(r"\*first \+ third layer\* gave(.*?)What", PAGES["results/"], re.S)
    assert re.findall(r"\d+\.\d", said) == [*order_free(records), *order_free(again)]
