"""Time configs side by side: by backend, precision, mode and setting."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("benchmark")
