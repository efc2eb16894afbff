# No unit: the 2D network that all others add to.
_base_ = "../r50_k400.py"
