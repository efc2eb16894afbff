"""Fuse the scores of several networks: the mean of their softmax scores."""

from smallbig_mm.commands import run

run("ensemble")
