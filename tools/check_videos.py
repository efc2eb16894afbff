"""Try to decode every video of a list: a report, and the list without those that cannot be."""

from _run import run

run("check_videos")
