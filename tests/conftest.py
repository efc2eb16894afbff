"""Shared by all tests."""

import sys

import pytest
import torch

import smallbig_mm  # noqa: F401  (registers the networks)

from .tool import TOOLS

sys.path.append(str(TOOLS))  # for tools that a test runs in its own process


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
