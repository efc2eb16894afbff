"""Make Something-Something's lists from the official files: V1's frames or V2's videos."""

from _above import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("something_something")
