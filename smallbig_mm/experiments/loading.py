"""What a training waits for, its network or its loader, and what smaller videos would change."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device

from ..annotations import read_list
from ..configs import dataset_of, sources
from ..configs.identity import identity
from ..configs.lists import lists
from ..configs.sampling import protocol
from ..costs.counting import build_model, clip_of
from ..costs.loading import Loader, Rates, Way, growth
from ..costs.speed import Race
from ..costs.steps import random_clips, training_step
from ..datasets.resizing import resize
from ..deploy.classifier import Classifier
from ..errors import UserError
from ..files import file_name, relative
from ..paper import datasets
from ..records import store
from ..records.provenance import command, is_committed
from ..records.schema import Record
from ..workers import Failure, cores, each

SIZES = (256, 340)  # short sides of smaller copies
RESIZE_SECONDS = 600.0  # a video that takes longer hangs
Tell = Callable[[str], object]


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        split: `'train'` or `'test'`.
        ways: of loading.
        rounds: of each, in turns.
        seconds: of a round.
        step_seconds: of a step of training; None to measure it here.
        gpus: that a training has, each with a loader of its own.
        sample: how many videos of the list to make smaller copies of; 0 for none.
    """

    split: str
    ways: Sequence[Way]
    rounds: int
    seconds: float
    step_seconds: float | None
    gpus: int
    sample: int


def measure(cfg: Config, plan: Plan, tell: Tell) -> dict[str, Any]:
    """Rates of the loaders, and what follows from them.

    Args:
        cfg: the config.
        plan: what to measure.
        tell: told of each thing that begins, and after each batch.

    Returns:
        What a record keeps; figures that were not measured are `not run: <why>`.

    Raises:
        UserError: if the config has no such loader, or its videos cannot be read.
    """
    broken: dict[str, None] = {}
    loaders = {way: Loader(cfg, plan.split, way) for way in plan.ways}
    rates = _in_turns(loaders, plan, tell, broken)
    batch = next(iter(loaders.values())).batch
    step = _step(cfg, plan, batch, tell)
    clips = protocol(cfg, plan.split).clips
    lines = [dict(vars(way), **_line(cfg, plan, found, step, batch, clips))
             for way, found in rates.items()]  # fmt: skip
    best = max(rates, key=lambda way: statistics.median(rates[way].videos))
    return dict(
        split=plan.split,
        list=[relative(path) for path, _ in lists(cfg, plan.split)],
        batch=batch,
        clips_a_video=clips,
        cores=cores(),
        rounds=plan.rounds,
        seconds=plan.seconds,
        step_seconds=step,
        gpus=plan.gpus,
        loaders=lines,
        broken=list(broken),
        resized=_resized(cfg, plan, best, clips, tell),
    )


def _in_turns(loaders: dict, plan: Plan, tell: Tell, broken: dict[str, None]) -> dict[Any, Rates]:
    found: dict[Any, Rates] = {name: Rates() for name in loaders}
    for number in range(plan.rounds):
        for name, loader in loaders.items():
            text = f"round {number + 1}: {name}"
            tell(text)
            rate, memory, bad = loader.run(plan.seconds, partial(tell, text))
            broken.update(dict.fromkeys(bad))
            found[name].videos.append(rate)
            found[name].memory.append(max(size for _, size in memory))
            found[name].growth.append(growth(memory))
    return found


def _line(
    cfg: Config, plan: Plan, rates: Rates, step: float | str, batch: int, clips: int
) -> dict[str, Any]:
    """Figures of a way of loading: of several rounds their median, and the extremes of rates."""
    videos = statistics.median(rates.videos)
    waits: float | str = step if isinstance(step, str) else max(0.0, 1 - step * videos / batch)
    return dict(
        clips_a_second=clips * videos,
        least=clips * min(rates.videos),
        most=clips * max(rates.videos),
        memory_mib=statistics.median(rates.memory),
        growth_mib_a_minute=statistics.median(rates.growth),
        network_waits=waits,
        hours=_hours(cfg, plan, videos, step, batch),
    )


def _hours(cfg: Config, plan: Plan, videos: float, step: float | str, batch: int) -> float | str:
    """Of a whole training, each GPU with such a loader and the processor cores that it takes."""
    if plan.split != "train":
        return "not run: a test has no epochs"
    loop: dict[str, Any] = cfg.get("train_cfg") or {}
    if loop.get("max_epochs"):
        total = loop["max_epochs"] * _videos(cfg) / plan.gpus
    elif loop.get("max_iters"):
        total = loop["max_iters"] * batch
    else:
        return "not run: the config's train_cfg has no max_epochs or max_iters"
    return total / (videos if isinstance(step, str) else min(videos, batch / step)) / 3600


def _videos(cfg: Config) -> int:
    """An epoch's: of a known dataset as it was published, else of the lists."""
    known = datasets().get((dataset_of(cfg), "train"))
    if known:
        return known.videos
    return sum(len(read_list(path, layout)) for path, layout in lists(cfg, "train") if layout)


def _step(cfg: Config, plan: Plan, batch: int, tell: Tell) -> float | str:
    """Seconds of a training's step, alone on this machine."""
    if plan.split != "train":
        return "not run: a test has no steps"
    if plan.step_seconds is not None:
        return plan.step_seconds
    tell("a step of training")
    device = torch.device(get_device())
    race: Race[str] = Race(device)

    def make() -> Callable[[], Any]:
        model = build_model(cfg).to(device)
        clips = random_clips(Classifier(model), batch, clip_of(cfg), device)
        return training_step(model, cfg, clips, "torch", "fp32")

    entry = race.enter("step", make)
    race.run(3)
    return entry.quartiles[1] if entry.seconds else entry.failure or "not run"


# --------------------------------------------------------------------------------------------------
# Smaller copies


def _resized(cfg: Config, plan: Plan, way: Way, clips: int, tell: Tell) -> Any:
    """Rates of a sample of the list as it is, and of smaller copies, loaded in the fastest way."""
    if not plan.sample:
        return "not run: no sample was asked for"
    sample = _sample(cfg, plan)
    if isinstance(sample, str):
        return sample
    with tempfile.TemporaryDirectory() as folder:
        folders = [_copies(sample, side, Path(folder), tell) for side in (None, *SIZES)]
        sides = ["as they are", *map(str, SIZES)]
        loaders = {
            side: Loader(cfg, plan.split, way, _dataset(path))
            for side, path in zip(sides, folders, strict=True)
        }
        rates = _in_turns(loaders, plan, tell, {})
        return [
            dict(
                short_side=side,
                clips_a_second=clips * statistics.median(rates[side].videos),
                mib_a_video=_mean_size(path),
            )
            for side, path in zip(rates, folders, strict=True)
        ]


def _sample(cfg: Config, plan: Plan) -> list[Path] | str:
    """Videos from all over the list; or why there are none."""
    found = sources(cfg, plan.split)
    (path, layout), *others = lists(cfg, plan.split) or [(Path(), None)]
    if others or len(found) != 1 or layout is None or layout.columns:
        return "not run: not one list of videos"
    names = [layout.path(sample.name) for sample in read_list(path, layout)]
    step = max(1, len(names) // plan.sample)
    return [Path(name) for name in names[::step][: plan.sample]]


def _copies(sample: Sequence[Path], side: int | None, folder: Path, tell: Tell) -> Path:
    """A folder of copies, smaller if a short side is given, and their list; those that can be."""
    own = folder / str(side or "same")
    own.mkdir()
    copy = partial(_copy, own, side)
    names = []
    for _, name in each(copy, enumerate(sample), RESIZE_SECONDS):
        tell(f"a sample of short side {side or 'as it is'}")
        if not isinstance(name, Failure):
            names.append(name)
    if not names:
        raise UserError(f"{sample[0]} and {len(sample) - 1} others: none can be copied")
    (own / "list.txt").write_text("".join(f"{name} 0\n" for name in names))
    return own


def _copy(folder: Path, side: int | None, item: tuple[int, Path]) -> str:
    number, path = item
    if side is None:
        return shutil.copyfile(path, folder / f"{number}{path.suffix}").name
    return f"{number}{resize(path, folder / str(number), side)['suffix']}"


def _dataset(folder: Path) -> dict[str, Any]:
    return dict(
        ann_file=str(folder / "list.txt"), data_root="", data_prefix=dict(video=str(folder))
    )


def _mean_size(folder: Path) -> float:
    sizes = [path.stat().st_size for path in folder.iterdir() if path.name != "list.txt"]
    return statistics.mean(sizes) / 2**20


# --------------------------------------------------------------------------------------------------
# The record


def record(cfg: Config, found: dict[str, Any], start: str, folder: Path) -> Record:
    """Write a record of what was measured."""
    fields: dict[str, Any] = {}
    if not is_committed(cfg.filename):
        fields["resolved"] = store.keep_settings(cfg.to_dict(), folder)
    stem = file_name(Path(cfg.filename).stem)
    made = store.make(
        kind="speed",
        name=f"loading/{stem}-{found['split']}",
        config=relative(cfg.filename),
        cfgs=[cfg],
        command=command(),
        start=start,
        input=store.input_of(cfg, found["split"]),
        counts="not run: tools/flops.py counts",
        data=store.data_of(cfg, found["split"], len(found["broken"])),
        checkpoints="not run: random weights",
        seed="not run: a rate does not depend on weights",
        metrics="not run: a rate has no accuracy",
        detail=dict(loading=found),
        **fields,
    )
    store.keep_settings(identity(cfg), folder)
    store.write(made, folder)
    return made
