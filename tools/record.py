"""Record a result that was made elsewhere: mmengine's log of a run, or a dump of test scores."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("record")
