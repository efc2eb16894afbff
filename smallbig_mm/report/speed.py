"""How fast networks run: what records of speed say, as numbers and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..deploy.execution import PLAIN
from ..errors import RecordError
from ..files import content_sha256
from ..records.schema import Record
from ..records.store import settings_of
from ..records.timings import Speed, Spread, Timing

MACS = {"inference": 1, "training": 3}  # passes: a backward one takes two forward ones
COLUMNS = (
    *("row", "clip", "batch", "mode", "backend", "precision", "ms", "quartiles", "clips/s"),
    *("GMAC", "GMAC/s", "of product", "plain / this", "peak MiB", "weights"),
)
COLUMNS_TEXT = (
    "`ms` is the median of a batch's times, `quartiles` their spread; all networks and ways of a "
    "run are timed in turns, after calls until two in a row differ by less than a tenth. `GMAC` "
    "counts one clip, convolutions, linear layers and matrix products; a training step (forward, "
    "backward, the config's optimiser) is counted three times. `of product` is GMAC/s over those "
    "of a large matrix product in the same precision, measured in the same turns. `plain / this` "
    "is how many times faster it is than the same network in torch, as it comes, in fp32, in the "
    "same run. `peak MiB` is what it holds at most beyond the network as it is built; of other "
    "backends their copy of the weights included, of training gradients and the optimiser's "
    "state. Clips are noise and weights random, which changes no time; int8's ranges are those of "
    "noise."
)


def speed_of(record: Record) -> Speed:
    """A record's speed.

    Raises:
        RecordError: if it has none.
    """
    if record.speed is None:
        raise RecordError(f"{record.id}: no speed, but {record.kind}")
    return record.speed


def figures(record: Record) -> list[dict[str, Any]]:
    """A record's timings as numbers, an entry each; `not run: <why>` in the place of a number.

    Raises:
        RecordError: if it has none.
    """
    speed = speed_of(record)
    macs = record.counts if isinstance(record.counts, str) else record.counts[0].macs
    plain = {
        timing.mode: timing.seconds
        for timing in speed.timings
        if (timing.backend, timing.precision) == ("torch", "fp32")
    }
    return [
        dict(
            config=record.config,
            device=speed.device,
            processor=str(record.env.get("processor", "")),
            threads=speed.threads,
            clip=list(speed.clip),
            batch=speed.batch,
            mode=timing.mode,
            backend=timing.backend,
            precision=timing.precision,
            weights=timing.weights,
            gmac=macs if isinstance(macs, str) else macs / 1e9,
            peak_mib=_scaled(timing.memory_bytes, 1 / 2**20),
            **_rates(timing, speed, macs, plain.get(timing.mode, "not run: it was not asked for")),
        )
        for timing in speed.timings
    ]


LATENCY = f"ms a clip, {PLAIN.backend} {PLAIN.precision}, batch of one"


Latencies = Mapping[tuple[str, tuple[int, ...]], Mapping[str, Mapping[str, Any]]]


def latencies(records: Iterable[Record], folder: Path) -> Latencies:
    """How long a network takes for one clip, run as it is: an entry of `figures` by machine.

    The newest one counts.

    Args:
        records: all, oldest first.
        folder: where they, and the settings that they name, lie.

    Returns:
        By what `experiments.costs.network_of` calls the network, and the clip, (T, H, W).

    Raises:
        RecordError: if the settings of a record of speed were not kept.
    """
    found: dict[tuple[str, tuple[int, ...]], dict[str, dict[str, Any]]] = {}
    for record in records:
        if record.speed is None or record.speed.batch != 1:
            continue
        for figure in figures(record):
            way = (figure["mode"], figure["backend"], figure["precision"])
            ran = not isinstance(figure["ms"], str)
            if ran and way == ("inference", PLAIN.backend, PLAIN.precision):
                key = _network(record, folder), record.speed.clip
                found.setdefault(key, {})[machine_of(record)] = figure
    return found


def _network(record: Record, folder: Path) -> str:
    settings = settings_of(record.settings[0], folder)
    if settings is None:
        raise RecordError(f"{record.id}: what its settings are was not kept in {folder}")
    return content_sha256({"model": settings["model"]})


def _rates(
    timing: Timing, speed: Speed, macs: int | str, plain: Spread | str
) -> dict[str, float | str]:
    seconds = timing.seconds
    if isinstance(seconds, str):
        keys = ("ms", "lower_ms", "upper_ms", "clips_per_second", "gmac_per_second")
        return dict.fromkeys((*keys, "of_product", "plain_over_this"), seconds)
    per_second: float | str = macs
    if not isinstance(macs, str):
        per_second = macs * MACS[timing.mode] * speed.batch / seconds.median
    product = speed.product_macs_per_second.get(
        timing.precision, f"not run: no product in {timing.precision}"
    )
    of_product = product if isinstance(product, str) else _scaled(per_second, 1 / product)
    return dict(
        ms=1000 * seconds.median,
        lower_ms=1000 * seconds.lower,
        upper_ms=1000 * seconds.upper,
        clips_per_second=speed.batch / seconds.median,
        gmac_per_second=_scaled(per_second, 1e-9),
        of_product=of_product,
        plain_over_this=plain if isinstance(plain, str) else plain.median / seconds.median,
    )


def _scaled(value: float | str, factor: float) -> float | str:
    return value if isinstance(value, str) else value * factor


def cells(figure: dict[str, Any]) -> dict[str, str]:
    """An entry of `figures` as a line of a table, by `COLUMNS`."""
    found = {name: str(figure[name]) for name in ("batch", "mode", "backend", "precision")}
    found |= {"row": Path(figure["config"]).stem, "clip": "x".join(map(str, figure["clip"]))}
    found |= {"weights": figure["weights"], "ms": _text(figure["ms"], 1)}
    ran = not isinstance(figure["ms"], str)
    low, high = _text(figure["lower_ms"], 1), _text(figure["upper_ms"], 1)
    found["quartiles"] = f"{low}-{high}" if ran else ""
    for name, key, digits in (
        ("clips/s", "clips_per_second", 2),
        ("GMAC", "gmac", 2),
        ("GMAC/s", "gmac_per_second", 1),
        ("of product", "of_product", 2),
        ("plain / this", "plain_over_this", 2),
        ("peak MiB", "peak_mib", 0),
    ):
        found[name] = _text(figure[key], digits) if ran or name == "GMAC" else ""
    return found


def _text(value: float | str, digits: int) -> str:
    return value if isinstance(value, str) else f"{value:.{digits}f}"


def conditions(record: Record) -> str:
    """What a record's times depend on, in a line.

    Raises:
        RecordError: if it has none.
    """
    speed = speed_of(record)
    rates = [
        f"{name} {_text(_scaled(rate, 1e-9), 1)}"
        for name, rate in speed.product_macs_per_second.items()
        if not isinstance(rate, str)
    ]
    names = ("torch", "openvino", "onnxruntime", "nncf")
    versions = ", ".join(f"{name} {record.env[name]}" for name in names if name in record.env)
    copied = _text(_scaled(speed.copy_bytes_per_second, 1e-9), 1)
    return (
        f"{machine_of(record)}; {versions}; batches are {speed.layout}; matrix product, GMAC/s: "
        f"{', '.join(rates) or 'not run'}; copy, GB/s read and written: {copied}"
    )


def machine_of(record: Record) -> str:
    """Device and threads."""
    speed = speed_of(record)
    cpu = speed.device == "CPU"
    name = record.env.get("processor", "CPU") if cpu else speed.device
    return f"{name}, {speed.threads} thread{'s' * (speed.threads > 1)}"
