# mmaction2's runtime, and the one line that registers this package's networks.
_base_ = "mmaction::_base_/default_runtime.py"

custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=3, save_best="auto"))
