"""Networks timed side by side, by backend, precision and setting; a record a config and setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from ..configs.identity import identity
from ..costs import machine
from ..costs.speed import Call, Entry, Race
from ..costs.steps import BY_TORCH, load
from ..costs.subjects import INTERRUPTED, Setting, Subject, Way
from ..errors import UserError
from ..files import file_name
from ..records import store
from ..records.provenance import command, environment, is_committed, now
from ..records.schema import Record
from .costs import network_of

Tell = Callable[[str], object]
RATES = ("fp32", "bf16", "copy")  # what bounds the machine: products, a copy


@dataclass(frozen=True)
class Effort:
    """How long to measure a setting.

    Attributes:
        rounds: at most.
        seconds: after which no further round begins.
        deadline: of `time.monotonic`, after which nothing is prepared any more.
    """

    rounds: int = 10
    seconds: float = float("inf")
    deadline: float = float("inf")


class Trial:
    """Configs timed in one setting, in turns with each other and with what bounds the machine.

    Args:
        cfgs: the configs; weights are random.
        ways: of running each.
        setting: of all.
        device: where.

    Raises:
        UserError: if a config's clip is not known.
    """

    def __init__(
        self, cfgs: Sequence[Config], ways: Sequence[Way], setting: Setting, device: torch.device
    ) -> None:
        self.ways, self.setting, self.device = ways, setting, device
        self.subjects = [Subject(cfg, setting.clip(cfg)) for cfg in cfgs]
        self.race: Race[tuple[str, Way] | str] = Race(device)
        self.work: dict[str, int] = {}  # multiply-adds of a matrix product, bytes of a copy
        self.left_out: set[tuple[str, Way]] = set()
        self.start = now()

    def steps(self, effort: Effort) -> int:
        """How often `run` tells something, at most."""
        turns = len(self.subjects) * (1 + len(self.ways))
        return len(self._others()) + turns + len(RATES) + effort.rounds

    def run(self, effort: Effort, tell: Tell, warn: Tell) -> bool:
        """Measure; what fails is kept as such, and the others go on.

        Args:
            effort: how long.
            tell: is told of each step that begins.
            warn: is told of each way that is left out, and why.

        Returns:
            False if it was interrupted.
        """
        threads = torch.get_num_threads()
        torch.set_num_threads(self.setting.threads)
        try:
            with machine.memory_limited():
                self._enter(effort, tell, warn)
                self.race.run(effort.rounds, effort.seconds, lambda: tell("rounds"))
        except KeyboardInterrupt:
            return False
        finally:
            torch.set_num_threads(threads)
        return True

    def _enter(self, effort: Effort, tell: Tell, warn: Tell) -> None:
        for subject in self.subjects:
            tell(f"{subject.name}: building and counting")
            subject.build(self.ways, self.device)
        for backend, precision in self._others():
            tell(f"loading: {backend}, {precision}")
            with suppress(UserError):  # which its turn tells
                load(backend, precision, self.setting.threads)
        for subject in self.subjects:
            for way in self.ways:
                tell(f"{subject.name}: {way}")
                make = partial(subject.call, way, self.setting, self.device)
                try:
                    if subject.failure is None:
                        self.race.enter((subject.name, way), make, effort.deadline)
                except UserError as error:
                    self.left_out.add((subject.name, way))
                    warn(f"{subject.name}: {way}: left out: {error}")
        for name in RATES:
            tell(f"the machine's own rates: {name}")
            if name != "bf16" or any(way.precision == name for _, way in self._running()):
                self.race.enter(name, partial(self._rate, name))

    def _others(self) -> list[tuple[str, str]]:
        """Backends that are not torch's own, and their precisions, each once."""
        every = dict.fromkeys((way.backend, way.precision) for way in self.ways)
        return [(name, precision) for name, precision in every if name not in BY_TORCH]

    def _running(self) -> Iterator[tuple[str, Way]]:
        for name, entry in self.race.entries.items():
            if isinstance(name, tuple) and entry.call is not None:
                yield name

    def _rate(self, name: str) -> Call:
        made = machine.copy(self.device) if name == "copy" else machine.product(name, self.device)
        call, self.work[name] = made
        return call

    def records(self, folder: Path | None, **fields: Any) -> Iterator[Record]:
        """Write a record a config, but of those for which all ways are left out.

        Args:
            folder: of records; None for what suits each config (`store.folder_for`).
            **fields: further fields of the records.
        """
        for subject in self.subjects:
            timings = [
                self._timing(subject, way)
                for way in self.ways
                if (subject.name, way) not in self.left_out
            ]
            if timings:
                own = folder or store.folder_for(subject.cfg.filename, "work_dirs/benchmark")
                yield self._record(subject, timings, own, fields)

    def _record(self, subject: Subject, timings: list, folder: Path, fields: dict) -> Record:
        cfg, clip, setting = subject.cfg, subject.clip, self.setting
        rates = {name: self._rate_of(name) for name in RATES}
        speed = dict(
            device=device_name(self.device),
            threads=setting.threads,
            clip=clip,
            batch=setting.batch,
            layout="contiguous",
            copy_bytes_per_second=rates.pop("copy"),
            product_macs_per_second=rates,
            timings=timings,
        )
        size, parts = "x".join(map(str, clip)), Path(subject.name).with_suffix("").parts
        if not is_committed(cfg.filename):
            fields = {**fields, "resolved": store.keep_settings(cfg.to_dict(), folder)}
        record = store.make(
            kind="speed",
            name=f"speed/{file_name('-'.join(parts[1:] or parts))}-{network_of(cfg)[:8]}-{size}"
            f"-b{setting.batch}-t{setting.threads}",
            config=subject.name,
            cfgs=[cfg],
            command=command(),
            start=self.start,
            input="not run: random clips, whose size is the speed's",
            counts=subject.counts,
            data="not run: random clips",
            checkpoints="not run: random weights",
            seed="not run: a time does not depend on weights",
            metrics="not run: a time has no accuracy",
            env=environment() | _versions(timings),
            speed=speed,
            **fields,
        )
        store.keep_settings(identity(cfg), folder)
        store.write(record, folder)
        return record

    def _timing(self, subject: Subject, way: Way) -> dict[str, Any]:
        entry = self.race.entries.get((subject.name, way), Entry(failure=subject.failure))
        return dict(
            mode=way.mode,
            backend=way.backend,
            precision=way.precision,
            weights=subject.layouts.get(way, INTERRUPTED),
            seconds=_spread(entry) if entry.seconds else entry.failure or INTERRUPTED,
            memory_bytes=entry.memory if entry.seconds else entry.failure or INTERRUPTED,
        )

    def _rate_of(self, name: str) -> float | str:
        entry = self.race.entries.get(name)
        if entry is None:
            return f"not run: nothing ran in {name}" if name == "bf16" else INTERRUPTED
        if not entry.seconds:
            return entry.failure or INTERRUPTED
        return self.work[name] / entry.quartiles[1]


def _versions(timings: list[dict[str, Any]]) -> dict[str, str]:
    """Of the packages beside torch that ran something."""
    used = {timing["backend"] for timing in timings} & {"onnxruntime", "openvino"}
    if any(timing["precision"] == "int8" for timing in timings):
        used.add("nncf")
    return {name: version(name) for name in sorted(used)}


def _spread(entry: Entry) -> dict[str, Any]:
    lower, median, upper = entry.quartiles
    warm_up, rounds = len(entry.warm_up), len(entry.seconds)
    return dict(lower=lower, median=median, upper=upper, rounds=rounds, warm_up=warm_up)


def device_name(device: torch.device) -> str:
    """As records have it."""
    return "CPU" if device.type == "cpu" else torch.cuda.get_device_name(device)
