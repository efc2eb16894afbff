"""Render the paper's tables beside what others and we measured, from data alone."""

from _run import run

run("make_tables")
