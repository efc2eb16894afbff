"""Exit code 0 if the running interpreter has every version that requirements files pin."""

import re
import sys
from importlib.metadata import PackageNotFoundError, version

LINE = re.compile(r'([\w.-]+)==([\w.]+)(?:; python_version ([<>]=?) "3\.(\d+)")?$')


def applies(operator: str | None, minor: str | None) -> bool:
    """Whether a pin's marker holds for this Python 3."""
    if operator is None:
        return True
    here, there = sys.version_info[1], int(minor or 0)
    return here >= there if operator == ">=" else here < there


def installed(package: str) -> str | None:
    """Installed version without its local part (2.13.0+cpu -> 2.13.0)."""
    try:
        return version(package).split("+")[0]
    except PackageNotFoundError:
        return None


def main() -> None:
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        sys.exit(1)
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            pins = [LINE.match(line.strip()) for line in file if "==" in line]
        for pin in pins:
            if pin is None:
                sys.exit(f"error: {path}: a line is not of the form NAME==VERSION[; marker]")
            package, wanted, operator, minor = pin.groups()
            if not applies(operator, minor) or installed(package) == wanted:
                continue
            if package == "mmcv-lite" and re.match(r"2\.[01]\.", installed("mmcv") or ""):
                continue  # the full mmcv does as well
            sys.exit(1)


if __name__ == "__main__":
    main()
