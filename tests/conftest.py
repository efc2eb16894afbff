"""Shared by all tests."""

import sys

import pytest
import torch
from mmengine.logging import MMLogger

import smallbig_mm  # noqa: F401  (registers the networks)

from .tool import TOOLS, hasten

sys.path.append(str(TOOLS))  # for tools that a test runs in its own process

hasten()


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _forget_loggers():
    """A logger of mmengine's keeps the stream of the test that made it."""
    yield
    for logger in MMLogger._instance_dict.values():
        for handler in logger.handlers:
            handler.close()
    MMLogger._instance_dict.clear()
