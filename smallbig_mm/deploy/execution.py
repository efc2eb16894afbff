"""What runs a network: a backend, its precision, and what int8 is calibrated on."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import file_sha256, relative, require_file

CLIPS = 300  # what NNCF's authors advise, and its `quantize` takes
RUNTIMES = ("onnxruntime", "openvino")  # backends that are packages of their own, by their names


@dataclass(frozen=True)
class Execution:
    """How a network is run.

    Attributes:
        backend: one of `backends.BACKENDS`.
        precision: one of `backends.PRECISIONS`.
        calibration: annotation list of the videos that int8 is calibrated on.
        clips: how many of them, a clip each.

    Raises:
        UserError: if int8 has no list or another precision has one, or there is no such file.
    """

    backend: str = "torch"
    precision: str = "fp32"
    calibration: Path | None = None
    clips: int = CLIPS

    def __post_init__(self) -> None:
        if self.precision == "int8" and self.calibration is None:
            raise UserError(
                "--precision int8: is calibrated on videos; give --calibration LIST, e.g. the "
                "train list"
            )
        if self.precision != "int8" and self.calibration is not None:
            raise UserError(
                f"--calibration {self.calibration}: {self.precision} needs none; add --precision "
                "int8, or leave it out"
            )
        if self.calibration is not None:
            require_file(self.calibration, "--calibration")

    def __str__(self) -> str:
        return f"{self.backend} {self.precision}"

    @property
    def is_plain(self) -> bool:
        """Whether it is PyTorch in float32, network and weights as they are."""
        return (self.backend, self.precision) == ("torch", "fp32")

    @property
    def needs_cpu(self) -> bool:
        """Whether its runtime computes on the CPU, whatever the machine has."""
        return self.backend in RUNTIMES

    def versions(self) -> dict[str, str]:
        """Of the packages beside PyTorch that it takes."""
        names = [self.backend] if self.needs_cpu else []
        return {name: version(name) for name in [*names, *["nncf"] * (self.precision == "int8")]}

    def calibrated_on(self) -> dict[str, Any] | None:
        """The list, by name and contents, and how many of its videos; None without."""
        if self.calibration is None:
            return None
        sha256 = file_sha256(self.calibration)
        return dict(list=relative(self.calibration), sha256=sha256, clips=self.clips)


PLAIN = Execution()
