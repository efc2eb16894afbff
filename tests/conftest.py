"""Shared by all tests."""

import sys

import pytest
import torch
from mmengine.logging import MMLogger
from torch.utils.data._utils import signal_handling

import smallbig_mm  # noqa: F401  (registers the networks)

from .tool import TOOLS, hasten

sys.path.append(str(TOOLS))  # for tools that a test runs in its own process

hasten()
# Else the first loader with processes leaves a handler of SIGCHLD, which runs on the alternate
# stack; in these long processes that goes away, and then the next child that ends is a SIGSEGV.
signal_handling._SIGCHLD_handler_set = True


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
