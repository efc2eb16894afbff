"""Count parameters and multiply-adds of configs, by one counter (fvcore) for all of them."""

from _run import run

run("flops")
