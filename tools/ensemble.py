"""Fuse the scores of several networks: the mean of their softmax scores."""

from _run import run

run("ensemble")
