"""The quickstart says what it expected, and fails where a figure is not that."""

import sys

import pytest

from smallbig_mm.commands import quickstart
from smallbig_mm.experiments.quickstart import jobs
from smallbig_mm.records import store
from smallbig_mm.report.quickstart import recorded


@pytest.mark.slow
@pytest.mark.parametrize("off, code", [(0.0, None), (30.0, 1)])
def test_figures_outside_what_is_expected_end_in_code_1(off, code, tmp_path, monkeypatch, capsys):
    runs = {network: same[0] for network, same in recorded(store.read_all()).items()}
    for job in jobs(tmp_path / "data", seed=0):
        record = runs[job.detail["network"]]
        for seed in (0, 1):  # the evidence
            store.write(record.model_copy(update=dict(id=f"{job.name}-{seed}")), tmp_path / "runs")
        figures = {name: value - off for name, value in record.metrics.items()}
        found = record.model_copy(update=dict(id=f"{job.name}-20260101", metrics=figures))
        store.write(found, tmp_path / "found")
    monkeypatch.setattr(store, "RUNS", tmp_path / "runs")
    words = ["quickstart", "--data", tmp_path / "data", "--out", tmp_path / "out"]
    monkeypatch.setattr(sys, "argv", [*map(str, words), "--records", str(tmp_path / "found")])
    ended = None
    try:
        quickstart.main()
    except SystemExit as end:
        ended = end.code
    assert "| 2D R23 | 0.17 | 0.022 |" in capsys.readouterr().out
    assert (ended is None) == (code is None)
    if code:
        assert "3D R23: order-free top-1 % is 44.5, not in 64.5-84.5" in str(ended)
