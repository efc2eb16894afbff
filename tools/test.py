"""Test a checkpoint with the config's clips x crops: one process, or several."""

from smallbig_mm.commands import run

run("test")
