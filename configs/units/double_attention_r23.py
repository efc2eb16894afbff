# Double attention units, A2-Net's, after every block of res3 and res4.
_base_ = "../r23_k400.py"

unit = dict(type="DoubleAttentionUnit", position="block_output", stages=(3, 4))
model = dict(backbone=dict(units=[unit]))
