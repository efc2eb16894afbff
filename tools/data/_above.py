"""tools/_run.py, for the tools in this folder."""

from pathlib import Path
from runpy import run_path

run = run_path(str(Path(__file__).parents[1] / "_run.py"))["run"]
