"""Write smaller copies of a folder of videos, which decode faster; without sound."""

from _above import run

run("resize")
