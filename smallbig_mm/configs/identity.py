"""What of a config makes a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

from ..files import content_sha256

# What a figure follows from, and what of it depends on the machine only.
NETWORK = ("model",)
TRAINING = ("train_dataloader", "train_cfg", "optim_wrapper", "param_scheduler")
TEST = ("test_dataloader", "test_evaluator")
IDENTITY = (*NETWORK, *TRAINING, *TEST)
PLACES = {
    *("ann_file", "data_root", "data_prefix", "num_workers", "persistent_workers", "pin_memory"),
    *("io_backend", "num_threads", "prefetch_factor", "timeout", "max_testing_views"),
    "proposal_file",
}
VIDEOS = ("data_root", "data_prefix", "proposal_file")  # of the places, which videos' scores are of


def identity(cfg: Config, keys: Sequence[str] = IDENTITY) -> dict[str, Any]:
    """The settings of a config that make its network, training and testing, without places."""
    found = {key: _without_places(cfg.get(key)) for key in keys}
    if found.get("test_dataloader"):
        found["test_dataloader"].pop("batch_size", None)  # which changes no figure
    return found


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: _without_places(v) for k, v in value.items() if k not in PLACES}
        if kept.get("test_cfg") == {}:  # as without it
            del kept["test_cfg"]
        if kept.get("decoder") in ("auto", "pyav"):  # both give the right frames
            del kept["decoder"]
        if "pretrained" in kept:  # a file in the place of what would be downloaded is the same
            kept["pretrained"] = kept["pretrained"] is not None
        return kept
    if isinstance(value, (list, tuple)):
        return [_without_places(v) for v in value]
    return value


def digest(cfg: Config, keys: Sequence[str] = IDENTITY) -> str:
    """SHA-256 of `identity`."""
    return content_sha256(identity(cfg, keys))


def ensemble_digest(members: Sequence[Config]) -> str:
    """SHA-256 of what makes an ensemble's figure: its members' digests, in any order."""
    return content_sha256(sorted(map(digest, members)))


def leaves(value: Any, name: str = "") -> dict[str, str]:
    """Settings, as Python writes them, by their dotted names."""
    if not value or not isinstance(value, (dict, list)):
        return {name: repr(value)}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[str, str] = {}
    for key, item in items:
        found |= leaves(item, f"{name}.{key}" if name else str(key))
    return found
