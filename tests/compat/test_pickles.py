"""Files from others run no code, whoever reads them; and what an honest one holds is read."""

from __future__ import annotations

import copyreg
import pickle
from collections import OrderedDict, defaultdict

import mmengine
import numpy as np
import pytest
import torch

from smallbig_mm import checkpoints
from smallbig_mm.compat import pickles
from smallbig_mm.compat.pickles import numpy_names
from smallbig_mm.errors import UserError

from ..gadgets import FORMS, GADGETS, Call, pickled, write_pickle


def refusal(action, *arguments) -> str:
    with pytest.raises(UserError) as caught:
        action(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", GADGETS)
def test_the_gadgets_work_where_nobody_refuses_them(name, tmp_path):
    """Else the tests below would prove nothing."""
    canary = tmp_path / "canary"
    found = pickle.loads(pickled(name, canary))
    if name == "Popen":
        found.wait()
    if name == "copyreg":
        copyreg.remove_extension("builtins", "exec", 241)
        copyreg._extension_cache.clear()
    if name != "listed module":  # which gets at the module os, and no further
        assert canary.exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", GADGETS)
def test_no_checkpoint_runs_code(name, form, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # as threads advise
    canary = tmp_path / "canary"
    path = FORMS[form](name, tmp_path / "evil.pth", canary)
    assert str(path) in refusal(checkpoints.read, path)
    assert str(path) in refusal(mmengine.runner.CheckpointLoader.load_checkpoint, str(path))
    assert not canary.exists()


@pytest.mark.parametrize("name", GADGETS)
def test_no_pickle_runs_code(name, tmp_path):
    """Neither one that this package reads nor one that mmengine reads, as `PoseDataset` has it."""
    canary = tmp_path / "canary"
    path = write_pickle(name, tmp_path / "evil.pkl", canary)
    assert str(path) in refusal(mmengine.load, path)
    with path.open("rb") as file:
        assert str(path) in refusal(pickles.load, file, path)
    assert not canary.exists()


def test_no_yaml_runs_code(tmp_path):
    path = tmp_path / "evil.yaml"
    path.write_text(f"a: !!python/object/apply:os.mkdir ['{tmp_path / 'canary'}']\n")
    assert str(path) in refusal(mmengine.load, path)
    assert not (tmp_path / "canary").exists()
    mmengine.dump({"a": (1, 2), "b": [0.5, None]}, path)
    assert mmengine.load(path) == {"a": (1, 2), "b": [0.5, None]}


@pytest.mark.parametrize("protocol", range(2, 6))
def test_honest_pickles_are_read(protocol, tmp_path):
    content = dict(
        keypoint=np.arange(12, dtype="f2").reshape(1, 3, 4),
        transposed=np.arange(6).reshape(2, 3).T,
        swapped=np.arange(3, dtype=">f8"),
        names=np.array(["a", "ß"]),
        label=np.int64(3),
        score=torch.rand(5),
        half=torch.rand(2).half(),
        sets={1, 2},
        groups=defaultdict(list, {"a": [1]}),
        ordered=OrderedDict(b=b"\xff", a=None),
    )
    path = tmp_path / "honest.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    found, same = mmengine.load(path), pickle.loads(path.read_bytes())
    assert found.keys() == content.keys()
    for key, value in content.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(found[key], value)
            assert found[key].dtype == same[key].dtype
            assert type(pickle.loads(pickle.dumps(found[key]))) is np.ndarray
        elif isinstance(value, torch.Tensor):
            assert torch.equal(found[key], value)
        else:
            assert found[key] == value and type(found[key]) is type(value)


class Raw:
    """An array of float64 as `numpy` pickles it, with any state of its type."""

    def __init__(self, code: str, state: tuple, shape: tuple = (1,)) -> None:
        self.code, self.state, self.shape = code, state, shape

    def __reduce__(self):
        kind = Call(np.dtype, self.code, False, True)
        kind.__class__ = type("Stated", (Call,), {"__reduce__": self._kind})
        return (
            np._core.multiarray._reconstruct,
            (np.ndarray, (0,), b"b"),
            (*(1, self.shape, kind, False, b"12345678"),),
        )

    def _kind(self, *_):
        return np.dtype, (self.code, False, True), self.state


@pytest.mark.parametrize(
    "code, state, shape",
    [
        ("f8", (3, "<", (np.dtype("f8"), (10**6,)), None, None, -1, -1, 0), (1,)),
        ("f8", (3, "<", None, ("a",), {"a": (np.dtype("O"), 0)}, 8, 1, 0), (1,)),
        ("V8", (3, "|", None, ("a",), {"a": (np.dtype("f8"), 10**8)}, 8, 1, 0), (1,)),
        ("S8", (3, "|", None, None, None, 10**9, 1, 0), (1,)),
        ("f8", (3, "<", None, None, None, -1, -1, 0), (10**6,)),
        ("f8", (3, "<", None, None, None, -1, -1, 0), (-1,)),
        ("O8", (3, "|", None, None, None, -1, -1, 63), (1,)),
    ],
)
def test_an_array_cannot_read_beyond_its_memory(code, state, shape, tmp_path):
    """NumPy's own dtype takes such states, and what reads the array crashes the process."""
    path = tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps(Raw(code, state, shape), 2))
    assert str(path) in refusal(mmengine.load, path)
    torch.save({"state_dict": {"a": torch.ones(1)}, "meta": Raw(code, state, shape)}, path)
    assert str(path) in refusal(checkpoints.read, path)


def test_a_damaged_pickle_is_named(tmp_path):
    path = tmp_path / "damaged.pkl"
    path.write_bytes(pickle.dumps(list(range(100)))[:50])
    assert "damaged.pkl: cannot be read" in refusal(mmengine.load, path)


def test_what_is_allowed_is_as_little_as_honest_files_need():
    """A name that is added here should be one that cannot be turned against its reader."""
    assert set(numpy_names()) == {
        *("numpy.ndarray", "numpy.dtype"),
        *(f"numpy.{core}.multiarray.{name}" for core in ("core", "_core")
          for name in ("_reconstruct", "scalar")),
        *(f"numpy.{core}.numeric._frombuffer" for core in ("core", "_core")),
    }  # fmt: skip
    allowed = torch.serialization.get_safe_globals()
    names = {item[1] if isinstance(item, tuple) else item.__name__ for item in allowed
             if isinstance(item, tuple) or not item.__module__.startswith("torch.")}  # fmt: skip
    assert names == {*numpy_names(), "builtins.getattr", "HistoryBuffer"}
