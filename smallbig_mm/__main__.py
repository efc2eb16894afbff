"""`python -m smallbig_mm COMMAND ...`, the same as `smallbig-mm COMMAND ...`."""

from .commands import main

main()
