"""Count parameters and multiply-adds of configs, by one counter (fvcore) for all of them."""

from smallbig_mm.commands import run

run("flops")
