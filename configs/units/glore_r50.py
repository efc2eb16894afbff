# GloRe's units, where double attention units are.
_base_ = "double_attention_r50.py"

units = [dict(unit, type="GloReUnit") for unit in _base_.model.backbone.units]
model = dict(backbone=dict(units=units))
