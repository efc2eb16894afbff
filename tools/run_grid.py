"""Train and test every distinct row of some tables at a small size, with several seeds."""

from smallbig_mm.commands import run

run("run_grid")
