"""Count parameters and multiply-adds of configs, by one counter (fvcore) for all of them."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("flops")
