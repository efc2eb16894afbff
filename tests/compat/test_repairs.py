"""What holds for every repair."""

from __future__ import annotations

import re

from smallbig_mm import compat


def test_repair_is_idempotent_and_reported() -> None:
    first = compat.repair()
    assert list(first) == [function.__name__ for function in compat.REPAIRS]
    assert compat.repairs() == compat.repair() == first
    # After a repair upstream is healthy, so each alone finds nothing left to do.
    assert [function() for function in compat.REPAIRS] == [None] * len(compat.REPAIRS)


def test_every_repair_names_its_source() -> None:
    for function in compat.REPAIRS:
        assert re.search("https://|[Nn]o thread known", function.__doc__ or ""), function.__name__
