"""What this machine has for a computation: memory, and the rates that bound its speed."""

from __future__ import annotations

import ctypes
import gc
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

PRODUCT_SECONDS = 0.02  # a shorter one does not reach the rate that long ones have
PRODUCT_SIZES = (256, 512, 1024, 2048, 4096, 8192)
COPY_BYTES = 2**28  # more than caches hold
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def elapsed(call: Callable[[], object], device: torch.device) -> float:
    """Seconds that a call takes; on a GPU those between two events around its kernels."""
    if device.type == "cpu":
        began = time.perf_counter()
        call()
        return time.perf_counter() - began
    first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize(device)
    stream = torch.cuda.current_stream(device)  # which need not be the current device's
    first.record(stream)
    call()
    last.record(stream)
    last.synchronize()
    return first.elapsed_time(last) / 1000


# --------------------------------------------------------------------------------------------------
# Rates


def product(precision: str, device: torch.device) -> tuple[Callable[[], object], int]:
    """A matrix product n x n x n, and its multiply-adds n^3.

    n is the first of `PRODUCT_SIZES` whose product takes `PRODUCT_SECONDS`, or the last. On a GPU
    TF32 is allowed to it if it is to convolutions.

    Args:
        precision: of `DTYPES`.
        device: where.
    """

    def multiply() -> None:
        kept = torch.backends.cuda.matmul.allow_tf32
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32
        torch.mm(left, right, out=out)
        torch.backends.cuda.matmul.allow_tf32 = kept

    for n in PRODUCT_SIZES:
        left, right, out = (
            torch.rand(n, n, device=device, dtype=DTYPES[precision]) for _ in range(3)
        )
        multiply()
        if elapsed(multiply, device) >= PRODUCT_SECONDS:
            break
    return multiply, n**3


def copy(device: torch.device) -> tuple[Callable[[], object], int]:
    """A copy of `COPY_BYTES` from memory to memory, and the bytes that it reads and writes."""
    source = torch.zeros(COPY_BYTES, dtype=torch.uint8, device=device)
    target = torch.zeros_like(source)
    return lambda: target.copy_(source), 2 * COPY_BYTES


# --------------------------------------------------------------------------------------------------
# Memory

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
NO_PEAK = "not run: this system does not let a process reset its peak memory"


def memory_in_use(device: torch.device) -> int | None:
    """Bytes that the process holds on a device, what was freed given back to the system first.

    Of the CPU its resident memory; None where the system does not tell.
    """
    gc.collect()
    if device.type != "cpu":
        torch.cuda.synchronize(device)
        return torch.cuda.memory_allocated(device)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
    return _status("VmRSS")


def reset_peak_memory(device: torch.device) -> bool:
    """Let `peak_memory` begin here; False where the system does not allow it."""
    if device.type != "cpu":
        torch.cuda.reset_peak_memory_stats(device)
        return True
    try:
        CLEAR.write_text("5")
    except OSError:
        return False
    return True


def peak_memory(device: torch.device) -> int | None:
    """The most bytes held since `reset_peak_memory`, as `memory_in_use` counts them."""
    if device.type != "cpu":
        return torch.cuda.max_memory_allocated(device)
    return _status("VmHWM")


@contextmanager
def memory_limited() -> Iterator[None]:
    """Let an allocation fail that is beyond what the machine, or the job, has left.

    Otherwise Linux grants it, and kills the process when it uses it. Elsewhere nothing is limited.
    """
    held, left = _status("VmData"), available_memory()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if held is not None and left is not None:
        most = held + left
        most = min([most, *(given for given in (soft, hard) if given != resource.RLIM_INFINITY)])
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def available_memory() -> int | None:
    """Bytes that may still be taken: of the machine's memory and of the control group's limit."""
    left = [_entry(Path("/proc/meminfo"), "MemAvailable")]
    for limit, used in _control_groups():
        try:
            left.append(int(limit.read_text()) - int(used.read_text()))
        except (OSError, ValueError):  # there is none, or it is "max"
            continue
    return min((found for found in left if found is not None), default=None)


def _control_groups() -> Iterator[tuple[Path, Path]]:
    """Files of limit and use, of version 2 and 1; a container sees its own at the top."""
    root = Path("/sys/fs/cgroup")
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            for folder in (root / path.lstrip("/"), root):
                yield folder / "memory.max", folder / "memory.current"
        elif "memory" in controllers.split(","):
            for folder in (root / "memory" / path.lstrip("/"), root / "memory"):
                yield folder / "memory.limit_in_bytes", folder / "memory.usage_in_bytes"


def _status(key: str) -> int | None:
    return _entry(STATUS, key)


def _entry(file: Path, key: str) -> int | None:
    """A line `KEY: NUMBER kB` of a file in /proc, in bytes."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    words = next((line.split() for line in lines if line.startswith(f"{key}:")), None)
    return None if words is None else int(words[1]) * 1024
