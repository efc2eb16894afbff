# No unit: the 2D network that all others add to.
_base_ = "../r23_k400.py"
