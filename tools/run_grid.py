"""Train and test every distinct row of some tables at a small size, with several seeds."""

from _run import run

run("run_grid")
