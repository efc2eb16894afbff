"""Give a checkpoint of the authors' code (xhl-video/SmallBigNet) the names that mmaction2 loads."""

from smallbig_mm.commands import run

run("convert_checkpoint")
