"""What takes long to join, shared by the tests of what is made of it."""

import pytest

from smallbig_mm.records import store
from smallbig_mm.report import tables
from smallbig_mm.report.lines import lines
from smallbig_mm.report.orderings import trained


@pytest.fixture(scope="session")
def records():
    return store.read_all()


@pytest.fixture(scope="session")
def every(records):
    return lines(records)


@pytest.fixture(scope="session")
def networks(records):
    return trained(records)


@pytest.fixture(scope="session")
def documents(records, every, networks):
    return tables.documents(records, every, networks)
