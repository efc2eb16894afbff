"""A config's loader, measured through the tool."""

import json

import pytest

from smallbig_mm.configs import load_config
from smallbig_mm.costs.loading import Loader, Way, growth
from smallbig_mm.errors import UserError
from smallbig_mm.paper import datasets
from smallbig_mm.records import store
from smallbig_mm.report import speed_page

from ..tool import run_here, write_config
from ..videos import write_dataset

VIDEOS = datasets()[("kinetics400", "train")].videos
EPOCHS, BATCH, GPUS = 2, 2, 4  # of `write_config`'s


@pytest.fixture
def measured(tmp_path, capsys):
    """What the tool prints for a tiny config, and keeps."""
    listed = write_dataset(tmp_path, size=(288, 352), frames=12)
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    listed.write_text(listed.read_text() + "bad.mp4 0\n")
    config = write_config(tmp_path, tmp_path)

    def start(*arguments):
        common = ["--loader", config, "--loader-seconds", 0.2, "--gpus", GPUS]
        run_here("benchmark", *common, *arguments, "--records", tmp_path / "runs", cwd=tmp_path)
        return capsys.readouterr()

    start.config, start.runs = config, tmp_path / "runs"
    return start


def test_rates_memory_hours_and_what_starves(measured):
    said = measured("--workers", 0, 2, "--step-seconds", 1e-5, "--sample", 0, "--json")
    found = json.loads(said.out)
    assert [(line["workers"], line["threads"]) for line in found["loaders"]] == [(0, 1), (2, 1)]
    for line in found["loaders"]:
        assert line["least"] <= line["clips_a_second"] <= line["most"]
        assert line["network_waits"] > 0.99
        # as often as this rate gives the dataset's videos
        hours = EPOCHS * VIDEOS / GPUS / line["clips_a_second"] / 3600
        assert line["hours"] == pytest.approx(hours)
    alone, workers = (line["memory_mib"] for line in found["loaders"])
    assert workers > alone + 100  # two processes more, and their decoders
    (bad,) = found["broken"]
    assert "bad.mp4: it cannot be decoded" in bad

    (record,) = store.read_all(measured.runs)
    assert record.kind == "speed" and record.data[0].skipped == 1
    assert record.detail["loading"] == found
    assert "not run" in speed_page.document([record]).render("md")  # no network's time


def test_the_slower_of_network_and_loader_makes_the_hours(measured):
    said = measured("--workers", 0, "--step-seconds", 100, "--sample", 0, "--json")
    (line,) = json.loads(said.out)["loaders"]
    assert line["network_waits"] == 0
    assert line["hours"] == pytest.approx(EPOCHS * VIDEOS / GPUS / (BATCH / 100) / 3600)


def test_smaller_copies_and_a_step_are_measured(measured):
    said = measured("--workers", 0, "--sample", 2)
    lines = said.out.splitlines()
    assert "a step of training: 0." in lines[0] and "1 broken videos" in lines[0]
    sides = [line.split("|")[1].strip() for line in lines if line.count("|") == 5]
    assert sides[2:] == ["as they are", "256", "340"]
    assert "broken: " in said.err and "bad.mp4" in said.err


def test_a_test_has_clips_but_no_steps(measured):
    said = measured("--split", "test", "--workers", 0, "--sample", 0, "--json")
    found = json.loads(said.out)
    (line,) = found["loaders"]
    assert found["clips_a_video"] == 2
    assert line["hours"].startswith("not run") and line["network_waits"].startswith("not run")


def test_decoder_threads_reach_every_decoder(measured):
    loader = Loader(load_config(str(measured.config)), "train", Way(0, 3))
    assert loader._settings.dataset.pipeline[0].num_threads == 3


def test_growth_is_that_of_the_second_half():
    """A start that takes 100 MiB, then one a second."""
    assert growth([(0, 0.0), (1, 90.0), (2, 100.0), (3, 101.0), (4, 102.0)]) == pytest.approx(60)


def test_what_does_not_fit_is_said(measured):
    for arguments, words in (
        (["--workers", -1], "--workers"),
        (["--step-seconds", 0], "above 0"),
        (["more.py"], "no other config"),
    ):
        with pytest.raises(UserError, match=words):
            measured(*arguments)
    assert not measured.runs.exists()
