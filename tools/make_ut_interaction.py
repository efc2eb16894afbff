"""Write mmaction2 lists for the five folds of UT-Interaction and, if asked, smaller copies."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("make_ut_interaction")
