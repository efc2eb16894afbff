"""What others measured: mmaction2's model zoo, read from the installed package's metafiles."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mmaction
import yaml
from mmengine.config import Config

from ..configs.sampling import Protocol, protocol
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
        gmac: of a clip, as it states.
        params: in M, as it states.
        seen: how its config's test sees a video.
        epochs: of its config.
        difference: how it differs from the row that it stands beside; '' if it does not.
    """

    model: str
    top1: float
    top5: float
    gmac: float
    params: float
    seen: Protocol
    epochs: int
    difference: str

    @property
    def protocol(self) -> str:
        """Clips x crops and epochs."""
        return f"{self.seen}, {self.epochs} epochs"


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
                float(model["Metadata"]["FLOPs"].rstrip("G")),
                float(model["Metadata"]["Parameters"].rstrip("M")),
                protocol(cfg),
                cfg.train_cfg.max_epochs,
                line["difference"],
            )
    return found
