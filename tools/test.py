"""Test a checkpoint with the config's clips x crops: one process, or several."""

from _run import run

run("test")
