"""Write mmaction2 lists for the five folds of UT-Interaction and, if asked, smaller copies."""

from _run import run

run("make_ut_interaction")
