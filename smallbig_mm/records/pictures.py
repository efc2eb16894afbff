"""Records of pictures: of which networks, weights, video and layer they are, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from .. import checkpoints
from ..configs.identity import identity
from ..configs.sampling import protocol
from ..files import file_name, file_sha256, relative
from ..pretrained import Loaded
from . import store
from .provenance import command, is_committed
from .runs import tested

KEPT = ("file", "sha256", "loaded", "tensors")  # of a network's weights


def record(
    networks: Sequence[tuple[Config, Path | Loaded]],
    video: Path,
    layer: str,
    files: Sequence[Path],
    start: str,
    folder: Path,
) -> Path:
    """Write a record of pictures that have just been made.

    Args:
        networks: config, and checkpoint or what the backbone holds of ImageNet weights, of each.
        video: that they saw.
        layer: whose maps are shown.
        files: the pictures.
        start: when they were begun.
        folder: of records.

    Returns:
        The record's path.

    Raises:
        RecordError: if there is such a record already.
    """
    cfgs = [cfg for cfg, _ in networks]
    used = [
        vars(weights)
        if isinstance(weights, Loaded)
        else tested(weights, checkpoints.read(weights)[1], folder)
        for _, weights in networks
    ]
    trained = [one for one in used if "origin" in one]
    fields: dict[str, Any] = {}
    if not all(is_committed(cfg.filename) for cfg in cfgs):
        whole = [cfg.to_dict() for cfg in cfgs]
        fields["resolved"] = store.keep_settings(whole if len(whole) > 1 else whole[0], folder)
    seen = vars(protocol(cfgs[0], "val"))
    made = store.make(
        kind="picture",
        name=f"pictures/{file_name(files[0].parent.name)}",
        config=relative(cfgs[0].filename),
        cfgs=cfgs,
        command=command(),
        start=start,
        input=dict(seen, clips=1, crops=1, batch=1),
        counts="not run: tools/flops.py counts",
        data="not run: one video, see detail",
        checkpoints=trained or "not run: ImageNet weights, see detail",
        seed="not run: nothing is drawn",
        metrics="not run: a picture has no figures",
        attachments=[dict(name=f.name, file=relative(f), sha256=file_sha256(f)) for f in files],
        detail=dict(
            video=dict(file=video.name, sha256=file_sha256(video)),
            layer=layer,
            networks=[
                dict(config=relative(cfg.filename), **{k: one[k] for k in KEPT if k in one})
                for cfg, one in zip(cfgs, used, strict=True)
            ],
        ),
        **fields,
    )
    for cfg in cfgs:
        store.keep_settings(identity(cfg), folder)
    return store.write(made, folder)
