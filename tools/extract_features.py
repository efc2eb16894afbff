"""Extract features of videos by a network: a vector or a map, a video or a clip."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("extract_features")
