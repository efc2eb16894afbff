"""What a record holds: where a figure comes from, checked field by field.

A value that was not measured is `not run: <why>`, never empty and never guessed. Records of schema
1, which had no version, are read as far as they tell (`upgraded`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    FiniteFloat,
    NonNegativeInt,
    PositiveInt,
    SerializerFunctionWrapHandler,
    StrictInt,
    model_serializer,
)

from ..deploy.execution import PLAIN
from ..files import content_sha256
from .parts import NotRun, Part, Sha256
from .timings import Speed

VERSION = 2


class Code(Part):
    """The code that ran: its commit, whether it differed from it outside `results/`, and the
    package's version."""

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | NotRun
    dirty: bool | NotRun
    version: str


class Input(Part):
    """What a network saw: `frames` a clip, `interval` between them (`'uniform'` over segments),
    `clips` x `crops` of `size` (H, W) a video, `batch` videos a step and process."""

    frames: PositiveInt
    interval: PositiveInt | Literal["uniform"]
    clips: PositiveInt
    crops: PositiveInt
    size: tuple[PositiveInt, PositiveInt]
    batch: PositiveInt


class Count(Part):
    """Costs of one clip, as `smallbig_mm.costs.Costs` names them; `clip` is (T, H, W)."""

    clip: tuple[PositiveInt, PositiveInt, PositiveInt]
    params: NonNegativeInt
    macs: NonNegativeInt
    activation_product_macs: NonNegativeInt
    norm_ops: NonNegativeInt
    pool_ops: NonNegativeInt
    activation_bytes: NonNegativeInt | NotRun = "not run: it was not looked at then"
    uncounted: dict[str, PositiveInt]
    counter: str


class Data(Part):
    """A split: its dataset, as the config names it; its list's name and contents, how many samples
    it has, how that compares with the dataset's known list, how many samples could not be decoded,
    over all processes and starts; and the manifest of a dataset that was generated, with a digest
    of its videos."""

    dataset: str
    list: str
    sha256: Sha256 | NotRun
    samples: NonNegativeInt
    known: str
    skipped: NonNegativeInt | NotRun
    manifest: dict[str, Any] | None


class Weights(Part):
    """Weights that a training began with: the file, and how many of the network's tensors (of a
    2D file: of its convolutions) hold one of it."""

    file: str
    sha256: Sha256 | NotRun
    loaded: NonNegativeInt
    tensors: NonNegativeInt


class Start(Part):
    """A start of a training: the epoch that it began after, and what it ran with.

    Attributes:
        epoch: 0, or the epoch that it was resumed after.
        restarts: how often torchrun had started it again by then, because a process died.
        settings: digest of its config.
        batch: videos a step: per process x processes x accumulation.
        lr: after scaling, before the schedule.
        precision: of the forward pass.
        ema: whether weights are averaged.
        sync_bn: whether batch norms see all processes.
    """

    epoch: NonNegativeInt
    restarts: NonNegativeInt = 0
    settings: Sha256
    batch: PositiveInt
    batch_per_process: PositiveInt
    processes: PositiveInt
    accumulation: PositiveInt
    lr: float
    precision: str
    ema: bool
    sync_bn: bool


class Training(Part):
    """A training as it was run.

    Attributes:
        starts: one, or more if it was resumed.
        epochs: epochs completed.
        pretrained: the backbone's initial weights; None if they were drawn.
        load_from: the checkpoint that the whole network began with; None without.
        data: what was trained on; a list of it where there are several annotation lists.
    """

    starts: Annotated[list[Start], Field(min_length=1)]
    epochs: NonNegativeInt
    pretrained: Weights | None
    load_from: Weights | None
    data: Data | list[Data]

    @property
    def lists(self) -> list[Data]:
        """What was trained on, one by one."""
        return self.data if isinstance(self.data, list) else [self.data]


class Checkpoint(Part):
    """The weights: a file's name and contents, where they come from, and how they were trained.

    `settings` are those that converted weights need of a config, by dotted names, as their input's
    normalisation.
    """

    file: str
    sha256: Sha256
    origin: Literal["trained", "converted"]
    role: Literal["last", "best", "tested"]
    training: Training | NotRun
    settings: dict[str, Any] = Field(default_factory=dict)


class Attachment(Part):
    """A figure that is no number, e.g. a confusion matrix: its name and the file that holds it."""

    name: str
    file: str
    sha256: Sha256


class Record(Part):
    """One run.

    Attributes:
        version: of this schema.
        id: name of the record's file.
        kind: what was done.
        config: path of the config, below the checkout where it lies in it.
        settings: digest of what makes the figure, network, training and testing, without places;
            one a member of an ensemble. `<records>/settings` holds what they are made of.
        resolved: digest of the whole config, kept there as well, where it is in no commit.
        counts: costs, an entry a clip size.
        training: as it was run, of a training.
        backend: what ran the network, in a test: see `deploy.backends`.
        precision: of it, then.
        metrics: name and value, as the evaluator gives them; of a training those of its last epoch.
        attachments: figures that are no numbers.
        speed: of a record of that kind; others' files do not name it.
        env: versions and machine.
        detail: what a benchmark adds, e.g. its fold, or predictions.
    """

    version: Literal[2]
    id: Annotated[str, Field(pattern=r"^[\w+-][\w.+-]*(/[\w+-][\w.+-]*)*$")]
    kind: Literal["cost", "test", "train", "speed", "picture"]
    config: str
    settings: Annotated[list[Sha256], Field(min_length=1)]
    resolved: Sha256 | NotRun
    code: Code
    command: str
    input: Input | NotRun
    counts: Annotated[list[Count], Field(min_length=1)] | NotRun
    data: list[Data] | NotRun
    training: Training | NotRun
    checkpoints: list[Checkpoint] | NotRun
    seed: StrictInt | NotRun
    env: dict[str, str | int]
    backend: str = PLAIN.backend
    precision: str = PLAIN.precision
    start: datetime | NotRun
    end: datetime | NotRun
    metrics: Annotated[dict[str, FiniteFloat], Field(min_length=1)] | NotRun
    attachments: list[Attachment] = Field(default_factory=list)
    speed: Speed | None = None
    detail: dict[str, Any] = Field(default_factory=dict)

    @model_serializer(mode="wrap")
    def _as_written(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Records that were written before there were speeds stay, byte by byte, what they are."""
        content = serialise(self)
        if self.speed is None:
            del content["speed"]
        return content

    @property
    def is_plain(self) -> bool:
        """Whether torch ran the network as it is, in float32, as a row's figure wants it."""
        return (self.backend, self.precision) == (PLAIN.backend, PLAIN.precision)

    @property
    def config_sha256(self) -> str:
        """What makes the figure, in one digest; of an ensemble its members', in any order."""
        return (
            self.settings[0] if len(self.settings) == 1 else content_sha256(sorted(self.settings))
        )


UNKNOWN = "not run: schema 1 did not keep it"


def upgraded(content: Any) -> Any:
    """A record of schema 1 in the form of today; anything else as it is."""
    if not isinstance(content, dict) or "version" in content:
        return content
    found = {**content, "version": VERSION, "resolved": UNKNOWN, "training": UNKNOWN}
    if "config_sha256" in found:
        found["settings"] = [found.pop("config_sha256")]
    for part, added in (
        ("counts", {}),
        ("data", dict(dataset=UNKNOWN, known=UNKNOWN, manifest=None)),
        ("checkpoints", dict(role="tested" if content.get("kind") == "test" else "last")),
    ):
        if isinstance(found.get(part), list):
            found[part] = [{**item, **added} for item in found[part] if isinstance(item, dict)]
    for item in found["counts"] if isinstance(found.get("counts"), list) else ():
        item["activation_product_macs"] = item.pop("attention_macs", None)
    for item in found["checkpoints"] if isinstance(found.get("checkpoints"), list) else ():
        item["training"] = UNKNOWN
    if isinstance(found.get("code"), dict):
        found["code"] = {**found["code"], "version": UNKNOWN}
    return found
