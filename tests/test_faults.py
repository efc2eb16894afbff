"""The script that injects faults and prints what they cost."""

import sys

import pytest

from .faults import __main__ as faults

SLOW = {"kill points", "machines", "two machines"}


def tables(text: str) -> dict[str, list[dict[str, str]]]:
    """A printed page's tables by their headings."""
    found = {}
    for part in text.split("## ")[1:]:
        heading, *lines = (line for line in part.splitlines() if line)
        head, rule, *rows = ([c.strip() for c in line.strip("|").split(" | ")] for line in lines)
        assert set("".join(rule)) <= set("|-"), rule
        found[heading] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def test_faults_cost_nothing(monkeypatch, capsys):
    """Those of trainings that are killed, and of machines, have tests of their own."""
    subjects = [name for name in faults.SUBJECTS if name not in SLOW]
    monkeypatch.setattr(sys, "argv", ["faults", "--quick", *subjects])
    faults.main()
    found = tables(capsys.readouterr().out)
    assert list(found) == subjects
    for row in found["hostile files"]:
        assert row["survived"] == row["count"] != "0" and row["code run"] == "0", row
    for row in found["broken videos"]:
        assert (row["survived"], row["work lost"]) == (row["count"], "0 steps"), row
    assert found["broken videos"][0]["named"] == "yes"
    for row in found["frames"]:
        assert row["wrong"] == "0" != row["files"], row
    assert {row["read by"] for row in found["reading rates"]} == {"seeking", "pyav"}
    assert [row["ok"] for row in found["scans"]] == ["1", "1", "10"]
    for row in found["broken lists"]:
        assert row["count"] == str(sum(int(row[name]) for name in list(row)[2:])), row


def test_an_unknown_subject_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["faults", "weather"])
    with pytest.raises(SystemExit) as end:
        faults.main()
    assert end.value.code == 2 and "weather: no subject" in capsys.readouterr().err
