"""Pickles from others: dumps, annotation lists, the NumPy values in a checkpoint. None runs code.

A pickle names functions and calls them. Here a name stands for what is listed, or for nothing: the
real ones of NumPy are not on the list either, as the state that a file gives a dtype makes an array
read beyond its memory.
"""

from __future__ import annotations

import functools
import io
import pickle
import re
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import UserError

_PLAIN = re.compile(r"[?]|b1|[iufc]\d+|[SU]\d+")


def _bytes(content: Any) -> bytes:
    """Python 2 pickled an array's bytes as a string, which `encoding="latin1"` leaves whole."""
    return content.encode("latin1") if isinstance(content, str) else bytes(content)


@functools.cache
def numpy_names() -> dict[str, Any]:
    """What NumPy's names stand for in a file: arrays and scalars of numbers and text, nothing else.

    Each name is there twice, as NumPy 2 moved `numpy.core` to `numpy._core`
    (https://github.com/pytorch/pytorch/pull/142153). Arrays come as a subclass that is pickled as a
    plain array.
    """
    import numpy as np

    class Dtype:
        """The type of an array's elements."""

        def __init__(self, code: str, align: bool = False, copy: bool = False) -> None:
            if not (isinstance(code, str) and _PLAIN.fullmatch(code)):
                raise pickle.UnpicklingError(f"a NumPy array of {code!r} is not allowed")
            self.dtype = np.dtype(code)

        def __setstate__(self, state: tuple) -> None:
            _, order, *structure, size, _, _ = state
            if structure != [None] * 3 or size not in (-1, self.dtype.itemsize):
                raise pickle.UnpicklingError("a structured NumPy array is not allowed")
            self.dtype = self.dtype.newbyteorder(order)

    class Array(np.ndarray):
        """An array that was in a file."""

        def __new__(cls) -> Any:
            return super().__new__(cls, (0,))

        def __setstate__(self, state: tuple) -> None:
            _, shape, kind, fortran, content = state
            state = (1, shape, kind.dtype, bool(fortran), _bytes(content))
            super().__setstate__(state)  # type: ignore[arg-type]

        def __reduce__(self) -> Any:
            return np.asarray(self).__reduce__()

        def __reduce_ex__(self, protocol: Any) -> Any:
            return np.asarray(self).__reduce_ex__(protocol)

    def reconstruct(*_: object) -> Any:
        """The array that the state then fills."""
        return Array()

    def scalar(kind: Any, content: Any) -> Any:
        (value,) = np.frombuffer(_bytes(content), kind.dtype)
        return value

    def from_buffer(content: Any, kind: Any, shape: tuple, order: Any) -> Any:
        return np.frombuffer(bytearray(content), kind.dtype).reshape(shape, order=order)

    found: dict[str, Any] = {"numpy.ndarray": Array, "numpy.dtype": Dtype}
    for core in ("numpy.core", "numpy._core"):
        found[f"{core}.multiarray._reconstruct"] = reconstruct
        found[f"{core}.multiarray.scalar"] = scalar
        found[f"{core}.numeric._frombuffer"] = from_buffer
    return found


@functools.cache
def _names() -> dict[str, Any]:
    """What a pickle may name, in a dump or an annotation list: tensors, arrays, collections."""
    import torch

    def storage(content: bytes) -> Any:
        # torch.storage's own function loads with weights_only=False, which runs any code
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)

    def encode(text: str, encoding: str) -> bytes:  # how protocol 2 writes bytes
        if encoding != "latin1":
            raise pickle.UnpicklingError(f"the encoding {encoding!r} is not allowed")
        return text.encode(encoding)

    return {
        **numpy_names(),
        "_codecs.encode": encode,
        "builtins.dict": dict,
        "builtins.list": list,
        "builtins.set": set,
        "collections.OrderedDict": OrderedDict,
        "collections.defaultdict": defaultdict,
        "torch._utils._rebuild_tensor_v2": torch._utils._rebuild_tensor_v2,
        "torch.storage._load_from_bytes": storage,
    }


class _Refused(pickle.UnpicklingError):
    """A pickle asks for something that is not on the list."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        module = "builtins" if module == "__builtin__" else module  # of Python 2 and protocol 2
        try:
            return _names()[f"{module}.{name}"]
        except KeyError:
            raise _Refused(f"{module}.{name}") from None


def load(file: BinaryIO, name: str | Path = "a pickle", **options: Any) -> Any:
    """Read a pickle of tensors, arrays and plain Python objects.

    Args:
        file: open for reading.
        name: of the file, for errors.
        **options: of `pickle.Unpickler`, e.g. `encoding`.

    Raises:
        UserError: if it is none, is damaged, or asks for anything else.
    """
    try:
        return _Unpickler(file, **options).load()
    except _Refused as error:
        raise UserError(
            f"{name}: asks for {error}, and only tensors, arrays and plain Python objects are "
            "loaded; nothing of it was run"
        ) from error
    except Exception as error:  # bytes that are no pickle raise almost anything
        raise UserError(
            f"{name}: cannot be read; no pickle, or damaged ({type(error).__name__})"
        ) from error


def load_files_safely() -> str | None:
    """Have `mmengine.load` run no code that a file holds, of a pickle or of YAML.

    Annotation lists (`PoseDataset`), proposals and dumps of scores are pickles, and mmengine's YAML
    loader is PyYAML's unsafe one: `mmengine/fileio/handlers` in
    https://github.com/open-mmlab/mmengine/tree/v0.10.7 (no thread known).
    """
    import mmengine
    import yaml
    from mmengine import fileio
    from mmengine.fileio.handlers import PickleHandler, YamlHandler

    upstream = fileio.load
    if hasattr(upstream, "__wrapped__"):
        return None

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Safe, and with the tuples that mmengine writes."""

    def tuple_of(loader: Any, node: Any) -> tuple:
        return tuple(loader.construct_sequence(node))

    Loader.add_constructor("tag:yaml.org,2002:python/tuple", tuple_of)

    def load_yaml(self: Any, file: Any, **options: Any) -> Any:
        return yaml.load(file, **{"Loader": Loader, **options})

    def load_pickle(self: Any, file: BinaryIO, **options: Any) -> Any:
        return load(file, **options)

    @functools.wraps(upstream)
    def load_file(file: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return upstream(file, *arguments, **options)
        except (UserError, yaml.YAMLError) as error:  # which know no name: mmengine opens the file
            said = " ".join(str(error).split()).removeprefix("a pickle: ")
            raise UserError(f"{file}: {said}") from error

    YamlHandler.load_from_fileobj = load_yaml
    PickleHandler.load_from_fileobj = load_pickle
    for module in (mmengine, fileio, fileio.io):
        module.load = load_file  # type: ignore[attr-defined]
    return "mmengine.load: pickles and YAML are read, and run no code"
