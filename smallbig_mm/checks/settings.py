"""What of a config is set in vain."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from ..configs import READ_KEYS, RUNNER_KEYS, SPLITS, kind_of, sources
from ..configs.identity import leaves
from ..errors import Problems, UserError


def warn(message: str) -> None:
    print_log(message, logger="current", level=logging.WARNING)


def check_keys(cfg: Config) -> None:
    """Raise UserError if a key of the top level is nearly one that means something.

    mmengine reads over it without a word.
    """
    near = {key: meant for key in cfg.keys() - READ_KEYS if (meant := _meant(key, RUNNER_KEYS))}
    if near:
        raise Problems(
            [
                UserError(
                    f"config {cfg.filename}: {key} means nothing; if {meant} is meant, rename it, "
                    "else give it a name that is less like it"
                )
                for key, meant in sorted(near.items())
            ]
        )


def _meant(key: str, known: set[str]) -> str | None:
    """The known key that differs by a letter or two, or by their order."""
    turned = [name for name in known if sorted(name) == sorted(key)]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.88)
    return next(iter(turned + near), None)


def places_of(error: Exception, cfg: Config) -> str:
    """Where a config has the argument that a class does not take, by what Python says of it."""
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    if not unknown:
        return ""
    names = (name.split(".") for key in RUNNER_KEYS & cfg.keys() for name in leaves(cfg[key], key))
    found = (".".join(n[: n.index(unknown[1]) + 1]) for n in names if unknown[1] in n)
    return ", ".join(dict.fromkeys(found))


# What mmengine's backends of a visualiser import, beside those that need nothing.
VIS_BACKENDS = {
    "TensorboardVisBackend": "tensorboard",
    "WandbVisBackend": "wandb",
    "MLflowVisBackend": "mlflow",
    "ClearMLVisBackend": "clearml",
    "NeptuneVisBackend": "neptune",
    "DVCLiveVisBackend": "dvclive",
    "AimVisBackend": "aim",
}


def check_visualizer(cfg: Config) -> None:
    """Raise UserError if the visualiser has a backend whose package is not installed."""
    missing, backends = [], (cfg.get("visualizer") or {}).get("vis_backends") or []
    for backend in [backends] if isinstance(backends, dict) else backends:
        kind = kind_of(backend)
        package = VIS_BACKENDS.get(kind)
        if package is not None and importlib.util.find_spec(package) is None:
            missing.append(
                UserError(
                    f"visualizer.vis_backends: {kind} needs {package}: pip install {package}, or "
                    "leave this backend out"
                )
            )
    if missing:
        raise Problems(missing)


def warn_of_unused_pipelines(cfg: Config) -> None:
    """A `train_pipeline` of one's own does not replace the one that its base's dataset has."""
    used = [_steps(d.pipeline) for split in SPLITS for d in sources(cfg, split) if "pipeline" in d]
    for split in SPLITS:
        name = f"{split}_pipeline"
        if name in _assigned(Path(cfg.filename)) and _steps(cfg[name]) not in used:
            warn(
                f"config {cfg.filename}: {name} is not used; give it to the dataset: "
                f"{split}_dataloader = dict(dataset=dict(pipeline={name}))"
            )


def _steps(pipeline: Sequence[Any]) -> list[dict]:
    """Without the decoder, which `video_decoder` sets in those that are used."""
    return [{key: v for key, v in step.items() if key != "decoder"} for step in pipeline]


def _assigned(path: Path) -> set[str]:
    """The names that a config file itself sets, in the terms of Python."""
    if path.suffix != ".py":
        return set()
    statements = ast.parse(path.read_text(encoding="utf-8")).body
    targets = [t for s in statements if isinstance(s, ast.Assign) for t in s.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def file_of_base(path: Path) -> Path | None:
    """The config file, `path` or one that it stands on, that sets `auto_scale_lr`."""
    if path.suffix != ".py":
        return None
    if "auto_scale_lr" in _assigned(path):
        return path
    for base in Config._get_base_files(str(path)):
        found = file_of_base(Path(Config._get_cfg_path(base, str(path))[0]))
        if found is not None:
            return found
    return None
