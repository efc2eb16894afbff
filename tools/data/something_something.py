"""Make Something-Something's lists from the official files: V1's frames or V2's videos."""

from _above import run

run("something_something")
