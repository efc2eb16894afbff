"""Decoding processes with something wrong in them."""

import threading
from pathlib import Path

import pytest

from smallbig_mm import reading

SCRIPT = """
import os, signal, sys, time
sys.path[:0] = [{folder!r}]
import decoders, serve
{code}
serve.serve(serve.Connection(int(sys.argv[1])), int(sys.argv[2]))
"""


def decode_with(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes that a test starts run `code`, which may change `decoders`, first."""
    script = folder / "decoding.py"
    own = reading.SERVE.parent
    script.write_text(SCRIPT.format(folder=str(own), code=code))
    monkeypatch.setattr(reading, "_own", threading.local())  # none of before or after the test
    monkeypatch.setattr(reading, "SERVE", script)
