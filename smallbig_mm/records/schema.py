"""What a record holds: where a figure comes from, checked field by field.

A value that was not measured is `not run: <why>`, never empty and never guessed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    NonNegativeInt,
    PositiveInt,
    StrictInt,
)

NotRun = Annotated[str, Field(pattern=r"^not run: \S")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Part):
    """The code that ran: its commit, and whether it differed from it outside `results/`."""

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | NotRun
    dirty: bool | NotRun


class Input(_Part):
    """What a network saw: `frames` a clip, `interval` between them (`'uniform'` over segments),
    `clips` x `crops` of `size` (H, W) a video, `batch` videos a step and process."""

    frames: PositiveInt
    interval: PositiveInt | Literal["uniform"]
    clips: PositiveInt
    crops: PositiveInt
    size: tuple[PositiveInt, PositiveInt]
    batch: PositiveInt


class Count(_Part):
    """Costs of one clip, as `smallbig_mm.costs.Costs` names them; `clip` is (T, H, W)."""

    clip: tuple[PositiveInt, PositiveInt, PositiveInt]
    params: NonNegativeInt
    macs: NonNegativeInt
    attention_macs: NonNegativeInt
    norm_ops: NonNegativeInt
    pool_ops: NonNegativeInt
    uncounted: dict[str, PositiveInt]
    counter: str


class Data(_Part):
    """The annotation list: its name and contents, how many samples it has, how many of them could
    not be decoded."""

    list: str
    sha256: Sha256 | NotRun
    samples: NonNegativeInt
    skipped: NonNegativeInt | NotRun


class Checkpoint(_Part):
    """The weights: a file's name and contents, and where they come from."""

    file: str
    sha256: Sha256
    origin: Literal["trained", "converted"]


class Record(_Part):
    """One run.

    Attributes:
        id: name of the record's file.
        kind: what was done.
        config: path of the config, below the checkout where it lies in it.
        config_sha256: of what makes the figure: network, training and testing, without places.
        counts: costs, an entry a clip size.
        metrics: name and value, as the evaluator gives them.
        env: versions and machine.
        detail: what a benchmark adds, e.g. its fold, or predictions.
    """

    id: Annotated[str, Field(pattern=r"^[\w.+-]+(/[\w+-][\w.+-]*)*$")]
    kind: Literal["cost", "test", "train", "speed"]
    config: str
    config_sha256: Sha256
    code: Code
    command: str
    input: Input | NotRun
    counts: Annotated[list[Count], Field(min_length=1)] | NotRun
    data: list[Data] | NotRun
    checkpoints: list[Checkpoint] | NotRun
    seed: StrictInt | NotRun
    env: dict[str, str | int]
    start: datetime | NotRun
    end: datetime | NotRun
    metrics: Annotated[dict[str, FiniteFloat], Field(min_length=1)] | NotRun
    detail: dict[str, Any] = {}
