"""Say whether this installation can train and test, and what to do where it cannot."""

import runpy
from pathlib import Path

top = Path(__file__).resolve().parents[1]  # a checkout, or .mim of an installed package
package = top.parent if top.name == ".mim" else top / "smallbig_mm"
# By its path: where it is needed, its package may fail to import.
runpy.run_path(str(package / "doctor.py"), run_name="__main__")
