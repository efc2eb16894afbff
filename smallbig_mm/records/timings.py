"""What a record of speed holds beside what all records do."""

from __future__ import annotations

from typing import Literal

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from .parts import NotRun, Part


class Spread(Part):
    """Seconds of a call: median and quartiles of `rounds`, after `warm_up` calls."""

    lower: NonNegativeFloat
    median: PositiveFloat
    upper: PositiveFloat
    rounds: PositiveInt
    warm_up: NonNegativeInt


class Timing(Part):
    """A way of running a network.

    Attributes:
        mode: a pass without gradients, or a training step: forward, backward, optimiser.
        backend: what runs it.
        precision: of the convolutions; in training, of autocast.
        weights: their layout in memory.
        seconds: of a batch.
        memory_bytes: held at most, beyond the network as it is built; batch included.
    """

    mode: Literal["inference", "training"]
    backend: str
    precision: Literal["fp32", "bf16", "int8"]
    weights: str
    seconds: Spread | NotRun
    memory_bytes: NonNegativeInt | NotRun


class Speed(Part):
    """How fast a network runs, timed in turns with whatever else was timed.

    Attributes:
        device: the GPU's name, or `'CPU'`.
        threads: of the CPU.
        clip: (T, H, W).
        batch: clips.
        layout: of the batch in memory.
        product_macs_per_second: of a large matrix product, by precision.
        copy_bytes_per_second: read and written, of a large copy.
        timings: a way each.
    """

    device: str
    threads: PositiveInt
    clip: tuple[PositiveInt, PositiveInt, PositiveInt]
    batch: PositiveInt
    layout: str
    product_macs_per_second: dict[str, PositiveFloat | NotRun]
    copy_bytes_per_second: PositiveFloat | NotRun
    timings: list[Timing]
