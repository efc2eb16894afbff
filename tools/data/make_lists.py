"""Make train and val lists of your own videos, from class folders or a csv."""

from _above import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("make_lists")
