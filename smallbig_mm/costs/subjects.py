"""Networks that are timed, the ways of running them, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from mmengine.config import Config
from torch import nn

from ..deploy.classifier import Classifier
from ..errors import UserError
from ..files import relative
from .counting import build_model, clip_of, count
from .speed import Call, why_not
from .steps import BY_TORCH, inference, random_clips, training_step, weights_layout

MODES = ("inference", "training")
INTERRUPTED = "not run: interrupted"


@dataclass(frozen=True)
class Way:
    """A way of running a network: `mode` of `MODES`, training being torch's."""

    mode: str
    backend: str
    precision: str

    def __str__(self) -> str:
        return f"{self.mode}, {self.backend}, {self.precision}"

    @property
    def network(self) -> tuple[str, str]:
        """Ways with the same one share a network's weights."""
        return self.mode, self.backend if self.mode == "training" else ""


@dataclass(frozen=True)
class Setting:
    """What all networks are run with.

    Attributes:
        threads: of the CPU.
        batch: clips.
        frames, height, width: of a clip; None as in the network's config.
    """

    threads: int
    batch: int = 1
    frames: int | None = None
    height: int | None = None
    width: int | None = None

    def __str__(self) -> str:
        given = dict(frames=self.frames, height=self.height, width=self.width)
        clip = ", ".join(f"{name} {number}" for name, number in given.items() if number)
        return ", ".join(filter(None, (clip, f"batch {self.batch}", f"threads {self.threads}")))

    def clip(self, cfg: Config) -> tuple[int, int, int]:
        """(T, H, W).

        Raises:
            UserError: if neither this nor the config says it.
        """
        if self.frames and self.height and self.width:
            return self.frames, self.height, self.width
        try:
            frames, height, width = clip_of(cfg)
        except ValueError as error:
            raise UserError(str(error)) from error
        return self.frames or frames, self.height or height, self.width or width


@dataclass
class Subject:
    """A config in a setting.

    Attributes:
        cfg: the config.
        clip: (T, H, W).
        counts: costs of a clip, as records hold them.
        networks: with random weights, by `Way.network`.
        layouts: of the weights, by way.
        failure: `not run: <why>`, if no network could be built.
    """

    cfg: Config
    clip: tuple[int, int, int]
    counts: list[dict[str, Any]] | str = INTERRUPTED
    networks: dict[tuple[str, str], nn.Module] = field(default_factory=dict)
    layouts: dict[Way, str] = field(default_factory=dict)
    failure: str | None = None

    @property
    def name(self) -> str:
        """Its path, below the checkout."""
        return relative(self.cfg.filename)

    def build(self, ways: Sequence[Way], device: torch.device) -> None:
        """Build and count; what fails is kept as such."""
        try:
            networks = {way.network: build_model(self.cfg) for way in ways}
        except Exception as error:
            self.counts = self.failure = why_not(error)
            return
        try:
            self.counts = [count(next(iter(networks.values())), self.clip).as_record()]
        except Exception as error:
            self.counts = why_not(error)
        self.networks = {key: network.to(device) for key, network in networks.items()}

    def call(self, way: Way, setting: Setting, device: torch.device) -> Call:
        """A pass, or a step, on a batch of its own.

        Raises:
            UserError: if there is no such way here.
        """
        network = self.networks[way.network]
        clips = random_clips(Classifier(network), setting.batch, self.clip, device)
        if way.mode == "training":
            call = training_step(network, self.cfg, clips, way.backend, way.precision)
        else:
            classifier = Classifier(network).eval()
            call = inference(classifier, clips, way.backend, way.precision, setting.threads)
        own = way.backend not in BY_TORCH
        self.layouts[way] = "the backend's own" if own else weights_layout(network)
        return call
