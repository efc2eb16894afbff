"""Write mmaction2 lists for the five folds of UT-Interaction and, if asked, smaller copies."""

from smallbig_mm.commands import run

run("make_ut_interaction")
