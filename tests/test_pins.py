"""Which interpreters tools/_pins.py accepts."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

PINS = Path(__file__).parents[1] / "tools" / "_pins.py"
HERE = version("pytest")
MINOR = sys.version_info[1]


def code(tmp_path, line: str) -> int:
    path = tmp_path / "requirements.txt"
    path.write_text(f"# a comment\n{line}\n")
    return subprocess.run([sys.executable, PINS, path], capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    "line, accepted",
    [
        (f"pytest=={HERE}", True),
        ("pytest==0.1", False),
        ("no-such-package==1.0", False),
        (f'pytest=={HERE}; python_version >= "3.{MINOR}"', True),
        (f'pytest==0.1; python_version < "3.{MINOR}"', True),
        (f'pytest==0.1; python_version >= "3.{MINOR}"', False),
        (f"torch=={version('torch').split('+')[0]}", True),
        ("pytest==1.0 ; extra == 'x'", False),
    ],
)
def test_pins(tmp_path, line, accepted):
    assert (code(tmp_path, line) == 0) == accepted
