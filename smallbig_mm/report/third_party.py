"""What others measured: mmaction2's model zoo, read from the installed package's metafiles."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mmaction
import yaml
from mmengine.config import Config

from ..configs import protocol
from ..files import SHARE
from ..paper import find

LIST = SHARE / "results/third_party.csv"
ZOO = Path(mmaction.__file__).parent / ".mim"


@dataclass(frozen=True)
class Figure:
    """A model of the zoo.

    Attributes:
        model: its name.
        top1: percent.
        top5: percent.
        protocol: clips x crops, and epochs, of its config.
        difference: how it differs from the row that it stands beside; '' if it does not.
    """

    model: str
    top1: float
    top5: float
    protocol: str
    difference: str


@cache
def _zoo() -> dict[str, dict]:
    models = {}
    for path in sorted(ZOO.glob("configs/recognition/*/metafile.yml")):
        for model in yaml.safe_load(path.read_text())["Models"]:
            models[model["Name"]] = model
    return models


@cache
def figures() -> dict[str, Figure]:
    """The zoo's figures by the id of the row that they stand beside.

    Raises:
        RowError: if results/third_party.csv names a row that is none.
        KeyError: if it names a model that the installed mmaction2 has not.
    """
    found = {}
    with open(LIST, encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            model = _zoo()[line["model"]]
            metrics = model["Results"][0]["Metrics"]
            cfg = Config.fromfile(ZOO / model["Config"])
            found[find(line["row"]).id] = Figure(
                line["model"],
                float(metrics["Top 1 Accuracy"]),
                float(metrics["Top 5 Accuracy"]),
                f"{protocol(cfg)}, {cfg.train_cfg.max_epochs} epochs",
                line["difference"],
            )
    return found
