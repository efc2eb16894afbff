"""tools/analyze.py and tools/plot_curves.py, as a user would start them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from smallbig_mm.ensemble import Scores, write

from ..tool import fails, run, run_here

NAMES = ("left", "right", "up")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two dumps of one list, one of another, one of other classes, one without names."""
    root = tmp_path_factory.mktemp("dumps")
    rng = np.random.default_rng(0)

    def dump(name: str, videos: int, classes: int, named: bool = True, first: int = 0) -> None:
        labels = torch.arange(videos) % classes
        scores = torch.tensor(rng.dirichlet(np.ones(classes), videos))
        scores[torch.arange(videos), labels] += 0.4
        names = tuple(f"v/{first + n}.mp4" for n in range(videos)) if named else None
        write(Scores(name, scores / scores.sum(1, keepdim=True), labels, names), root / name)

    dump("a.pkl", 30, 3)
    dump("b.pkl", 30, 3)
    dump("plain.pkl", 30, 3, named=False)
    dump("other.pkl", 30, 3, first=9)
    dump("two.pkl", 30, 2)
    (root / "labels.txt").write_text("\n".join(NAMES))
    (root / "list.txt").write_text("".join(f"{n}.avi {n % 3}\n" for n in range(30)))
    (root / "short.txt").write_text("0.avi 0\n")
    (root / "no.pkl").write_bytes(b"no pickle")
    return root


def test_two_dumps_of_a_list(folder, tmp_path, capsys):
    given = [folder / "a.pkl", folder / "b.pkl", "--labels", folder / "labels.txt"]
    run_here("analyze", *given, "--out", tmp_path / "out", cwd=tmp_path)
    said = capsys.readouterr().out
    for name in ("a", "b"):
        own = tmp_path / "out" / name
        pngs = [own / "confusion.png", own / "reliability.png"]
        assert all(path.read_bytes().startswith(b"\x89PNG") for path in pngs)
        summary = json.loads((own / "summary.json").read_text())
        table = pd.read_csv(own / "classes.csv")
        assert table["class"].tolist() == list(NAMES)
        assert table["right"].sum() / 30 == pytest.approx(summary["top1"])
        assert f"top-1 {100 * summary['top1']:.2f} %" in said
        matrix = pd.read_csv(own / "confusion.csv", index_col="label")
        assert matrix.to_numpy().sum() == 30
        assert len(pd.read_csv(own / "videos.csv")) == 30
        assert pd.read_csv(own / "reliability.csv")["videos"].sum() == 30
    compared = pd.read_csv(tmp_path / "out/comparisons.csv").iloc[0]
    assert f"{100 * compared['difference']:+.2f} % top-1" in said and "McNemar" in said
    assert len(said.splitlines()) < 60


def test_videos_of_an_old_dump_are_named_by_the_list(folder, tmp_path, capsys):
    given = [folder / "plain.pkl", "--list", folder / "list.txt", "--out", tmp_path]
    run_here("analyze", *given, cwd=tmp_path)
    videos = pd.read_csv(tmp_path / "plain/videos.csv")
    assert set(videos["video"]) == {f"{n}.avi" for n in range(30)}
    assert set(videos["label"]) == {0, 1, 2}  # nothing names the classes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.pkl", "other.pkl"], ("a.pkl and ", "other.pkl: 18 of 39 videos differ")),
        (["a.pkl", "two.pkl"], ("a.pkl and ", "two.pkl: 3 and 2 classes")),
        (["no.pkl"], ("no.pkl: cannot be read; no pickle", "tools/test.py --dump")),
        (["none.pkl"], ("none.pkl: no such file",)),
        (["two.pkl", "--labels", "labels.txt"], ("labels.txt: 3 labels", "2 classes")),
        (["a.pkl", "--labels", "none.txt"], ("--labels none.txt: no such file",)),
        (["plain.pkl", "--list", "short.txt"], ("short.txt: its 1 videos are not the 30 of",)),
    ],
)
def test_bad_input_ends_in_one_line(folder, arguments, words):
    fails(run("analyze.py", *arguments, cwd=folder), *words)
    assert not (folder / "analysis").exists()


def test_curves_of_two_runs_of_one_name(tmp_path, capsys):
    for place in ("x", "y"):
        path = tmp_path / place / "run/1/vis_data/scalars.json"
        path.parent.mkdir(parents=True)
        rows = [dict(lr=0.1, loss=1.0, epoch=e, iter=e, step=e) for e in (1, 2)]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    run_here("plot_curves", "x/run", "y/run", "--out", "out", cwd=tmp_path)
    said = capsys.readouterr().out
    assert "x/run: to epoch 2: training loss 1, learning rate 0.1" in said
    table = pd.read_csv(tmp_path / "out/curves.csv")
    assert set(table["run"]) == {"x/run", "y/run"} and len(table) == 8
    assert (tmp_path / "out/curves.png").read_bytes().startswith(b"\x89PNG")
    assert "y/run, epoch 2: training loss 1" in (tmp_path / "out/curves.html").read_text()


def test_a_folder_without_curves_ends_in_one_line(tmp_path):
    fails(run("plot_curves.py", tmp_path, cwd=tmp_path), str(tmp_path), "is empty")
