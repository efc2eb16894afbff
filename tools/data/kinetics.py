"""Make Kinetics' lists from an official csv and the videos that you have of it."""

from _above import run

run("kinetics")
