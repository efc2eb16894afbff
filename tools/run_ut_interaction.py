"""Train and test every network, control, fold and seed of UT-Interaction, and print the table."""

from _run import run

run("run_ut_interaction")
