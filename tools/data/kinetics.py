"""Make Kinetics' lists from an official csv and the videos that you have of it."""

from _above import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("kinetics")
