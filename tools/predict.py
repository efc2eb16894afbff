"""Classify one video: the classes with the highest scores, over the config's clips and crops."""

from smallbig_mm.commands import run

run("predict")
