"""Say whether this installation can train and test, and what to do where it cannot."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

DOCTOR = Path(__file__).resolve().parents[1] / "smallbig_mm" / "doctor.py"


def load_doctor() -> ModuleType:
    """Load the doctor by its path: where it is needed, its package may fail to import."""
    spec = importlib.util.spec_from_file_location("smallbig_mm_doctor", DOCTOR)
    if spec is None or spec.loader is None:
        raise ImportError(f"{DOCTOR} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def main() -> int:
    parser = argparse.ArgumentParser(
        description=f"{__doc__} Prints versions with install paths, what was repaired, a decoding "
        "test, CPU, GPU, memory and storage. Exit code 1 if something is broken.",
        epilog="example: python tools/doctor.py --json > doctor.json",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    return load_doctor().main(as_json=parser.parse_args().json)


if __name__ == "__main__":
    sys.exit(main())
