"""Make train and val lists of your own videos, from class folders or a csv."""

from _above import run

run("make_lists")
