"""Classify one video: the classes with the highest scores, over the config's clips and crops."""

from _run import run

run("predict")
