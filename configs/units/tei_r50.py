# TEI: motion enhancement and temporal interaction at the first convolution of every block.
_base_ = "../r50_k400.py"

unit = dict(type="TEIConv", position="conv1", stages=(2, 3, 4, 5))
model = dict(backbone=dict(units=[unit]))
