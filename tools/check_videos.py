"""Try to decode every video of a list: a report, and the list without those that cannot be."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("check_videos")
