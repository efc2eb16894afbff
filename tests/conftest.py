"""Shared by all tests."""

import pytest
import torch

import smallbig_mm  # noqa: F401  (registers the networks)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
