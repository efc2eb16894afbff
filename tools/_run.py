"""What the tools here share: a package that cannot be imported ends in a line, as other errors."""

import sys


def run(name: str) -> None:
    """Run a command of the package."""
    if sys.stderr.isatty():  # for seconds nothing else would be seen
        print("Loading PyTorch and mmaction2 ...", file=sys.stderr)
    try:
        from smallbig_mm import commands
    except ImportError as error:
        print(f"error: {error}; python tools/doctor.py looks at all packages", file=sys.stderr)
        sys.exit(2)
    commands.start(name)
