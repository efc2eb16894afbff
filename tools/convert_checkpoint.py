"""Give a checkpoint of the authors' code (xhl-video/SmallBigNet) the names that mmaction2 loads."""

from _run import run

run("convert_checkpoint")
