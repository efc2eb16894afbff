"""Configs of this package as bases of others."""

from __future__ import annotations

import functools

from ..files import own_config

SCOPE = "smallbig_mm::"


def find_own_bases() -> str | None:
    """Let a config anywhere say `_base_ = "smallbig_mm::smallbig_r23_k400.py"`.

    mmengine looks such names up among OpenMMLab's own packages only, insists on a folder in them,
    and finds none of a checkout's: `MODULE2PACKAGE` and `_get_package_and_cfg_path` in
    https://github.com/open-mmlab/mmengine/blob/v0.10.7/mmengine/config/utils.py (no thread known).
    For each of those packages' names it reads all their metafiles, half of the time that a config
    takes; here once.
    """
    from mmengine.config import Config

    find = Config._get_cfg_path
    if hasattr(find, "__wrapped__"):
        return None

    find_once = functools.cache(find)

    @functools.wraps(find)
    def find_own(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(SCOPE):
            return str(own_config(cfg_path.removeprefix(SCOPE))), None
        if "::" in cfg_path:
            return find_once(cfg_path, "")  # wherever it is asked for
        return find(cfg_path, filename)

    Config._get_cfg_path = staticmethod(find_own)
    return f"mmengine knows no configs of this package: {SCOPE}NAME.py is found by its path"
