"""What is printed, and what the configs make of it."""

import csv
import hashlib
from fnmatch import fnmatch
from functools import cache

import pytest
from mmengine.config import Config

from smallbig_mm import paper
from smallbig_mm.configs import dataset_of
from smallbig_mm.configs.identity import digest
from smallbig_mm.configs.sampling import protocol
from smallbig_mm.ensemble import members_of
from smallbig_mm.errors import RowError
from smallbig_mm.paper import PAPER, TABLES, Row, datasets, find, rows, training
from smallbig_mm.report.lines import NOT_RUN, why_not
from smallbig_mm.report.tables import number

COUNTS = dict(zip(TABLES, (3, 5, 6, 5, 7, 3, 4, 2, 26, 20), strict=True))
SHA256 = "b0f055b15de452de307b71f2d8e04dc4fc488afa7af263287ed87796891c4dd6"
CONFIGS = [(row, path) for row in rows() for path in row.configs]
FOLDERS = {"kinetics400": "data/kinetics400", "sthv1": "data/sthv1", "sthv2": "data/sthv2"}


@cache
def load(path) -> Config:
    return Config.fromfile(path)


def recipes() -> list[dict[str, str]]:
    with open(PAPER / "recipes.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_81_rows_are_there():
    assert {table: sum(row.table == table for row in rows()) for table in TABLES} == COUNTS
    assert len({row.id for row in rows()}) == 81


def test_no_cell_has_changed():
    found = hashlib.sha256()
    for table in TABLES:
        found.update((PAPER / f"table{table:02d}.csv").read_bytes())
    assert found.hexdigest() == SHA256


def test_printed_products_and_sums_are_right():
    """The paper prints 1,710=57x30 and 36=4+32: a slip in transcription breaks these."""
    checked = 0
    for row in rows():
        cells = {name: number(cell) for name, cell in row.cells.items()}
        frames = [int(part) for part in row.cells["frames"].split("+") if part]
        if total := cells["gflops_total"]:
            assert total == pytest.approx(cells["gflops"] * cells["crops"]), row.id
            checked += 1
        if total := cells["frames_total"]:
            views = (cells["clips"] or 1) * (cells["crops"] or 1) if row.table == 11 else 1
            assert total == sum(frames) * views, row.id
            checked += 1
    assert checked == 16 + 4 + 9 + 2


def test_top5_is_above_top1():
    for row in rows():
        for one, five in (("top1", "top5"), ("v1_top1", "v1_top5"), ("v2_top1", "v2_top5")):
            top1, top5 = number(row.cells.get(one, "")), number(row.cells.get(five, ""))
            assert top1 is None or top5 is None or top1 + 5 < top5, row.id


def test_each_row_has_a_config():
    assert sum(bool(row.configs) for row in rows()) == 81
    for row in rows():
        assert bool(row.configs) == (why_not(row, "config") is None), row.id
        assert why_not(row, "accuracy") is not None
    with open(NOT_RUN, encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            assert any(fnmatch(row.id, line["rows"]) for row in rows()), line


def test_every_file_in_a_table_folder_is_a_rows():
    owned = {path for row in rows() for path in (*row.configs, *row.networks)}
    folder = next(iter(owned)).parents[1]
    assert {path for path in folder.glob("table*/*.py")} == owned
    for path in owned:
        first = path.read_text().splitlines()[0]
        assert first.startswith(f"# Table {int(path.parent.name[5:])}, "), path


@pytest.mark.parametrize("row, path", CONFIGS, ids=lambda value: getattr(value, "stem", ""))
def test_config_does_not_contradict_its_row(row: Row, path):
    cfg = load(path)
    if "members" in cfg:
        _check_ensemble(row, cfg)
        return
    (recipe,) = (r for r in recipes() if fnmatch(row.id, r["rows"]))
    seen, trained = protocol(cfg, "test"), protocol(cfg, "train")
    assert (seen.frames, str(seen.interval)) == (int(recipe["frames"]), recipe["interval"])
    assert (trained.frames, trained.interval) == (seen.frames, seen.interval)
    assert (seen.clips, seen.crops) == (int(recipe["clips"]), int(recipe["crops"]))
    assert cfg.train_cfg.max_epochs == int(recipe["epochs"])
    assert cfg.auto_scale_lr.base_batch_size == int(recipe["batch"])
    assert 8 * cfg.train_dataloader.batch_size == int(recipe["batch"])
    assert cfg.model.cls_head.num_classes == int(recipe["classes"])
    names = recipe["dataset"].split()
    name = names[0] if len(names) == 1 else path.stem.rsplit("_", 1)[1]
    assert name in names and dataset_of(cfg) == name
    for split in ("train", "val", "test"):
        loader = cfg[f"{split}_dataloader"]
        assert loader.dataset.ann_file.startswith(FOLDERS[name])
        for bare, used in zip(cfg[f"{split}_pipeline"], loader.dataset.pipeline, strict=True):
            assert {**bare, "_scope_": ""} == {**used, "_scope_": ""}
    assert trained.size == (int(row.cells["size"] or 224),) * 2
    # what is printed
    if frames := row.cells["frames"]:
        assert seen.frames == int(frames.split("+")[-1])
    if clips := number(row.cells["clips"]):
        assert seen.clips == clips
    if views := number(row.cells["crops"]):
        assert (seen.clips * seen.crops if row.table == 10 else seen.crops) == views


def _check_ensemble(row: Row, cfg: Config) -> None:
    name = cfg.filename[:-3].rsplit("_", 1)[1] if row.table == 11 else "kinetics400"
    assert {dataset_of(member) for member in members_of(cfg)} == {name}
    members = [protocol(member) for member in members_of(cfg)]
    if "+" in row.cells["frames"]:
        assert [str(seen.frames) for seen in members] == row.cells["frames"].split("+")
    else:
        assert sum(seen.frames for seen in members) == int(row.cells["frames"])
    assert [protocol(member, "train").frames for member in members_of(cfg)] == [
        seen.frames for seen in members
    ]
    views = number(row.cells["crops"])
    for seen in members:
        assert (seen.clips * seen.crops if row.table == 10 else seen.crops) == views
        assert row.table == 10 or seen.clips == number(row.cells["clips"])


def test_the_lists_of_every_rows_dataset_are_known():
    names = {name for recipe in recipes() for name in recipe["dataset"].split()}
    assert set(datasets()) == {(name, split) for name in names for split in ("train", "validation")}
    for name in names:
        assert datasets()[name, "validation"].videos < datasets()[name, "train"].videos


def test_the_dataset_is_named_outside_what_is_digested():
    """A figure's digest is that of before the field, and paths do not tell."""
    cfg = Config.fromfile(CONFIGS[0][1])
    before = digest(cfg)
    cfg.test_dataloader.dataset.ann_file = "data/sthv2/list.txt"
    assert dataset_of(cfg) == "kinetics400"
    cfg.pop("dataset")
    assert dataset_of(cfg).startswith("not run: the config names no dataset")
    assert digest(cfg) == before


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("one, six", [("09_smallbig_8f", "18_"), ("10_smallbig_16f", "19_")])
def test_two_clip_rows_test_the_one_clip_rows_weights(one, six, version):
    a, b = (
        next(load(path) for _, path in CONFIGS if path.match(f"table11/{stem}*_sthv{version}.py"))
        for stem in (one, six)
    )
    assert training(a) == training(b)
    assert (str(protocol(a)), str(protocol(b))) == ("1 x 1 at 224", "2 x 3 at 256")


def test_equal_rows_are_recognised_by_their_settings():
    by_id = {row.id: training(load(path)) for row, path in CONFIGS if "members" not in load(path)}
    assert by_id["table05/05_full"] == by_id["table06/03_max_pool"]
    assert by_id["table02/01_r23"] == by_id["table08/01_r23"]
    assert len({by_id[f"table0{n}/{name}"] for n, name in ((4, "03_3x3x3"), (5, "02_first"))}) == 1
    ablations = {value for name, value in by_id.items() if name < "table10"}
    assert len(ablations) == 20


def test_an_unknown_row_names_the_nearest():
    with pytest.raises(RowError, match=r"table05/04_typcal.* nearest: table05/04_typical"):
        find("table05/04_typcal")
    assert find("table05/04_typical").cells["top1"] == "71.4"


def test_lists_are_compared_with_known_ones(monkeypatch):
    sizes = {("a", "validation"): paper.ListSize(20, "f" * 64, "by hand")}
    monkeypatch.setattr(paper, "datasets", lambda: sizes)
    assert paper.compared("b", "test", 20, "f" * 64) == "no list of this dataset is known"
    assert paper.compared("a", "test", 20, "f" * 64) == "the known list"
    assert paper.compared("a", "val", 19, "0" * 64) == (
        "19 samples, the dataset 20; another list than the known one"
    )
    sizes["a", "validation"] = paper.ListSize(20, None, "by hand")
    assert paper.compared("a", "val", 20, "0" * 64).endswith("whose own list is not known")
