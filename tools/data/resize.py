"""Write smaller copies of a folder of videos, which decode faster; without sound."""

from _above import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("resize")
