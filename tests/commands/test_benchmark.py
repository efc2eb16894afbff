"""Timing configs through the tool: what it prints, what it records, and what it survives."""

import json
import re

import pytest
import torch

from smallbig_mm.commands import benchmark
from smallbig_mm.configs import load_config
from smallbig_mm.costs import machine
from smallbig_mm.costs.counting import build_model, count
from smallbig_mm.costs.speed import Race
from smallbig_mm.errors import UserError
from smallbig_mm.files import own_config
from smallbig_mm.records import store

from ..tool import run_here

PLAIN, OURS = (own_config(f"motion_shapes/{name}") for name in ("r23", "smallbig_r23"))


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """The machine's rates, measured with little."""
    monkeypatch.setattr(machine, "PRODUCT_SIZES", (128,))
    monkeypatch.setattr(machine, "COPY_BYTES", 2**20)


@pytest.fixture
def bench(tmp_path, capsys):
    def start(*arguments):
        run_here("benchmark", *arguments, "--records", tmp_path / "runs", cwd=tmp_path)
        return capsys.readouterr()

    start.runs = tmp_path / "runs"
    return start


def test_configs_side_by_side(bench):
    said = bench(PLAIN, OURS, "--mode", "both", "--clip", 4, 32, 32, "--batch", 2, "--rounds", 4)
    head, names, _, *rows = said.out.strip().splitlines()
    assert "1 thread; torch " in head and "matrix product, GMAC/s: fp32 " in head
    cells = [re.split(r"\s*\|\s*", row.strip("| ")) for row in (names, *rows)]
    lines = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    assert [(line["row"], line["mode"]) for line in lines] == [
        (name, mode) for name in ("r23", "smallbig_r23") for mode in ("inference", "training")
    ]
    assert {line["clip"] for line in lines} == {"4x32x32"} and {
        line["batch"] for line in lines
    } == {"2"}
    assert {line["plain / this"] for line in lines} == {"1.00"}

    records = store.read_all(bench.runs)
    assert [record.config for record in records] == [
        f"configs/motion_shapes/{path.name}" for path in (PLAIN, OURS)
    ]
    for path, record in zip((PLAIN, OURS), records, strict=True):
        counted = count(build_model(load_config(str(path))), (4, 32, 32))
        assert record.kind == "speed" and record.counts[0].macs == counted.macs
        inference, training = record.speed.timings
        assert inference.seconds.rounds == training.seconds.rounds == 4
        assert inference.seconds.median < training.seconds.median
        assert inference.seconds.lower <= inference.seconds.median <= inference.seconds.upper
        assert 0 < inference.memory_bytes < training.memory_bytes
        assert record.speed.threads == torch.get_num_threads()
        assert record.speed.product_macs_per_second["bf16"] == "not run: nothing ran in bf16"
        assert store.settings_of(record.settings[0], bench.runs) is not None


def test_json_and_a_sweep(bench):
    said = bench(PLAIN, "--sweep", "frames", 2, 4, 8, "--rounds", 3, "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["clip"][0] for line in lines] == [2, 4, 8]
    assert lines[2]["gmac"] == pytest.approx(4 * lines[0]["gmac"], rel=0.01)
    for line in lines:
        assert line["clips_per_second"] == pytest.approx(1000 / line["ms"])
        assert line["gmac_per_second"] == pytest.approx(line["gmac"] * 1000 / line["ms"])
        assert line["of_product"] > 0
    assert len(store.read_all(bench.runs)) == 3


def test_what_does_not_exist_is_left_out_with_a_line(bench):
    said = bench(PLAIN, "--precision", "fp32", "int8", "--clip", 2, 32, 32, "--rounds", 3)
    (left_out,) = (line for line in said.err.splitlines() if "left out" in line)
    assert "inference, torch, int8" in left_out
    assert said.out.count("| torch | fp32 |") == 1 and "int8 |" not in said.out
    with pytest.raises(UserError, match="nothing was measured"):
        bench(PLAIN, "--precision", "int8", "--clip", 2, 32, 32)
    assert len(store.read_all(bench.runs)) == 1


def test_out_of_memory_is_recorded_and_the_rest_goes_on(bench, monkeypatch):
    """An allocation that Linux would grant, and for which it would kill the process."""
    monkeypatch.setattr(machine, "available_memory", lambda: 400 * 2**20)
    batches = (1, 20_000, 2)
    said = bench(PLAIN, "--clip", 2, 32, 32, "--sweep", "batch", *batches, "--rounds", 3)
    assert said.out.count("not run: out of memory") == 1
    assert torch.iinfo(torch.int64).max > 20_000 * 3 * 2 * 32 * 32 * 4
    found = {record.speed.batch: record.speed.timings[0] for record in store.read_all(bench.runs)}
    assert found[20_000].seconds == found[20_000].memory_bytes == "not run: out of memory"
    assert found[1].seconds.rounds == found[2].seconds.rounds == 3


def test_a_batch_that_no_machine_holds(bench):
    said = bench(PLAIN, "--batch", 10**9, "--clip", 2, 32, 32, "--rounds", 1, "--json")
    assert json.loads(said.out)["ms"] == "not run: out of memory"


def test_a_network_that_cannot_be_built_is_recorded(bench, tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text(f'_base_ = "{PLAIN}"\nmodel = dict(backbone=dict(depth=24))\n')
    bench(bad, PLAIN, "--rounds", 3)
    good, failed = sorted(store.read_all(bench.runs), key=lambda record: "bad" in record.config)
    assert good.speed.timings[0].seconds.rounds == 3
    why = failed.speed.timings[0].seconds
    assert why.startswith("not run: ValueError") and "depth=24" in why and failed.counts == why
    assert store.settings_of(failed.resolved, bench.runs)["model"]["backbone"]["depth"] == 24


@pytest.mark.parametrize("rounds", [0, 2])
def test_interrupted_it_keeps_what_was_measured(bench, monkeypatch, capsys, rounds):
    """In the rounds, or before the second network's turn."""
    enter, race_run = Race.enter, Race.run

    def entering(self, name, *arguments):
        if not rounds and "smallbig" in name[0]:
            raise KeyboardInterrupt
        return enter(self, name, *arguments)

    def running(self, *arguments):
        race_run(self, rounds)
        raise KeyboardInterrupt

    monkeypatch.setattr(Race, "enter", entering)
    monkeypatch.setattr(Race, "run", running)
    with pytest.raises(KeyboardInterrupt):
        bench(PLAIN, OURS, "--clip", 2, 32, 32, "--sweep", "batch", 1, 2)
    found = [record.speed.timings[0].seconds for record in store.read_all(bench.runs)]
    assert len(found) == 2  # of the first batch
    if rounds:
        assert [seconds.rounds for seconds in found] == [2, 2]
        assert "| torch | fp32 |" in capsys.readouterr().out
    else:
        assert found == ["not run: interrupted"] * 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give config files"),
        ([PLAIN, "--sweep", "depth", "3"], "--sweep depth 3: give one of frames, size"),
        ([PLAIN, "--sweep", "batch"], "numbers from 1"),
        ([PLAIN, "--sweep", "batch", "0"], "numbers from 1"),
        ([PLAIN, "--clip", "1", "2", "3", "--size", "4"], "--clip says all"),
        ([own_config("table10/26_smallbig_en")], "an ensemble's"),
        (["none.py"], "no such file"),
        ([PLAIN, "--device", "gpu"], "--device gpu"),
        ([PLAIN, "--suite", "gpu"], "give none"),
    ],
)
def test_what_cannot_be_meant_is_said(bench, arguments, words):
    with pytest.raises(UserError, match=re.escape(words)):
        bench(*arguments)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_the_suite_needs_a_gpu(bench):
    with pytest.raises(UserError, match="no GPU"):
        bench("--suite", "gpu")


def test_the_suites_way_through_the_command(bench, monkeypatch, capsys):
    """Its checks and trials exchanged for a tiny one on the CPU; one path does not agree."""
    suite = benchmark.gpu_suite
    checks = [
        dict(check=name, difference="1e-1", tolerance=1e-5, verdict=verdict)
        for name, verdict in (("folded", suite.AGREES), ("bf16", "differs"))
    ]
    cfg = load_config(str(PLAIN))
    way = benchmark.Way("inference", "torch", "fp32")
    trial = suite.Trial([cfg], [way], suite.Setting(1, 1, 2, 32, 32), torch.device("cpu"))
    monkeypatch.setattr(suite, "gpu", lambda: torch.device("cpu"))
    monkeypatch.setattr(suite, "checks", lambda device: iter(checks))
    monkeypatch.setattr(suite, "trials", lambda *_: iter([(trial, suite.Effort(rounds=3))]))
    with pytest.raises(SystemExit) as ended:
        bench("--suite", "gpu")
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert "| bf16 | 1e-1 | 1e-05 | differs |" in said.out and "| r23 | 2x32x32 |" in said.out
    assert said.err.strip().endswith("no agreement with the plain twin: bf16")
    (record,) = store.read_all(bench.runs)
    assert record.detail == dict(suite="gpu", checks=checks)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_other_runtimes_beside_torch(bench, backend):
    pytest.importorskip(backend)
    pytest.importorskip("onnx")
    said = bench(PLAIN, "--backend", "torch", backend, "--clip", 2, 32, 32, "--rounds", 3)
    assert "left out" not in said.err
    (record,) = store.read_all(bench.runs)
    plain, other = record.speed.timings
    assert other.backend == backend and other.seconds.rounds == 3
    assert 0 < other.memory_bytes < 100 * 2**20  # and not the packages, which are loaded before
    assert other.weights == "the backend's own" and plain.weights != other.weights
