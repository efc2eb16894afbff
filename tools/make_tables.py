"""Render the paper's tables beside what others and we measured, from data alone."""

from smallbig_mm.commands import run

run("make_tables")
