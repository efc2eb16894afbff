"""Scalars of trainings as mmengine writes them, joined and drawn."""

import json
import re
from pathlib import Path

import pytest

from smallbig_mm.analysis.curves import read_curves
from smallbig_mm.analysis.drawing import training_curves
from smallbig_mm.analysis.page import page
from smallbig_mm.errors import UserError

from ..tool import run_here

LOSS, LR, TOP1 = "training loss", "learning rate", "validation acc/top1"


def start(work_dir: Path, stamp: str, rows: list[dict]) -> None:
    path = work_dir / stamp / "vis_data/scalars.json"
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def epochs(first: int, last: int, loss: float, length: int = 10, logged: int = 5) -> list[dict]:
    """Rows of whole epochs, logged every few steps, with a validation each."""
    rows: list[dict] = []
    for epoch in range(first, last + 1):
        for step in range(logged, length + 1, logged):
            at = (epoch - 1) * length + step
            rows.append(dict(lr=0.1, loss=loss, time=0.1, epoch=epoch, iter=at, step=at))
        rows.append({"acc/top1": epoch / 10, "data_time": 0.1, "time": 0.1, "step": epoch})
    return rows


def test_positions_are_epochs(tmp_path):
    start(tmp_path, "1", epochs(1, 2, 1.0))
    found = read_curves(tmp_path)
    assert found.unit == "epoch" and found.series.keys() == {LOSS, LR, TOP1}
    assert found.series[LOSS]["at"].tolist() == [0.5, 1, 1.5, 2]
    assert found.series[TOP1].values.tolist() == [[1, 0.1], [2, 0.2]]


def test_a_resumed_training_is_one_and_the_later_start_counts(tmp_path):
    """The first start is stopped in its third epoch; the second validates the second again."""
    start(tmp_path, "20260101_000000", epochs(1, 3, 1.0)[:-2])
    again = [{"acc/top1": 0.9, "step": 2}, *epochs(3, 4, 2.0)]
    start(tmp_path, "20260102_000000", again)
    start(tmp_path, "20260103_000000", [])  # killed before its first line
    found = read_curves(tmp_path)
    assert found.starts == 2
    assert found.series[LOSS]["at"].tolist() == [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    assert found.series[LOSS]["value"].tolist() == [1, 1, 1, 1, 2, 2, 2, 2]
    assert found.series[TOP1].values.tolist() == [[1, 0.1], [2, 0.9], [3, 0.3], [4, 0.4]]


def test_a_training_that_began_anew_is_the_last_one(tmp_path):
    start(tmp_path, "1", epochs(1, 5, 1.0))
    start(tmp_path, "2", epochs(1, 2, 3.0))
    found = read_curves(tmp_path)
    assert set(found.series[LOSS]["value"]) == {3} and len(found.series[TOP1]) == 2


@pytest.mark.parametrize("more", [dict(epoch=1), {}])
def test_a_training_by_iterations_has_steps(tmp_path, more):
    """Its validations say step 0; they are of the step before them."""
    steps = [dict(lr=0.1, loss=1.0, iter=at, step=at, **more) for at in (20, 40, 60, 80)]
    val = {"acc/top1": 0.5, "step": 0}
    start(tmp_path, "1", [*steps[:2], val, *steps[2:]])
    start(tmp_path, "2", [*steps[2:], {**val, "acc/top1": 0.6}])
    found = read_curves(tmp_path)
    assert found.unit == "step"
    assert found.series[LOSS]["at"].tolist() == [20, 40, 60, 80]
    assert found.series[TOP1].values.tolist() == [[40, 0.5], [80, 0.6]]


def test_a_line_that_was_cut_short_is_left_out(tmp_path):
    start(tmp_path, "1", epochs(1, 2, 1.0))
    path = tmp_path / "1/vis_data/scalars.json"
    path.write_text(path.read_text()[:-9])
    assert len(read_curves(tmp_path).series[TOP1]) == 1


def test_what_is_no_training_is_refused(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    start(tmp_path / "test", "1", [{"acc/top1": 0.5}])
    for name, words in (
        ("file", "a file, not a work dir"),
        ("none", "no such folder"),
        ("empty", "is empty"),
        ("test", "no step of a training"),
    ):
        with pytest.raises(UserError, match=words) as caught:
            read_curves(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value) and "\n" not in str(caught.value)


def test_of_many_folders_those_without_scalars_are_passed_over(tmp_path, capsys):
    """`work_dirs/*` has the records of own configs in it."""
    start(tmp_path / "work/run", "1", epochs(1, 2, 0.5))
    (tmp_path / "work/records").mkdir()
    run_here("plot_curves", *sorted((tmp_path / "work").iterdir()), cwd=tmp_path)
    said = capsys.readouterr().out
    assert "work/records: passed over, it has no scalars" in said and "run: to epoch 2" in said
    with pytest.raises(UserError, match="records: is empty"):
        run_here("plot_curves", tmp_path / "work/records", cwd=tmp_path)


def test_the_page_needs_nothing_and_each_point_says_what_it_is(tmp_path):
    start(tmp_path / "a<b>", "1", epochs(1, 3, 1.5))
    start(tmp_path / "other", "1", epochs(1, 2, 1.0))
    runs = [read_curves(tmp_path / name) for name in ("a<b>", "other")]
    text = page(*training_curves(runs), runs)
    assert not re.search(r'(?:src|href)="(?!#)', text.replace("xlink:href", "href"))
    assert "url(http" not in text and "<script" not in text
    said = re.findall(r"<title>(.*?)</title>", text)[1:]
    points = sum(len(series) for run in runs for series in run.series.values())
    assert len(said) == points
    assert "a&lt;b&gt;, epoch 3: validation acc/top1 0.3" in said
    assert "other, epoch 0.5: training loss 1" in said
    assert "a<b>" not in text
