"""What takes long to join, shared by the tests of what is made of it."""

import pytest

from smallbig_mm.records import store
from smallbig_mm.report import tables
from smallbig_mm.report.grids import Grids
from smallbig_mm.report.lines import lines


@pytest.fixture(scope="session")
def records():
    return store.read_all()


@pytest.fixture(scope="session")
def every(records):
    return lines(records)


@pytest.fixture(scope="session")
def grids(records):
    return Grids.of(records)


@pytest.fixture(scope="session")
def documents(records, every, grids):
    return tables.documents(records, every, grids)
