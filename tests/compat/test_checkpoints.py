"""Checkpoints on disk, whatever happened to them."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from mmengine.fileio import LocalBackend
from mmengine.runner import find_latest_checkpoint

from smallbig_mm.errors import CheckpointError, DiskError


@contextmanager
def full_disk(size: int = 100_000) -> Iterator[None]:
    """No file can grow beyond `size` bytes: the system refuses to write, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_cannot_be_written_leaves_what_was_there(tmp_path):
    path = tmp_path / "epoch_1.pth"
    LocalBackend().put(b"whole", path)
    with (
        full_disk(),
        pytest.raises(DiskError, match=r"epoch_1\.pth: cannot be written .*Make room"),
    ):
        LocalBackend().put(bytes(200_000), path)
    assert path.read_bytes() == b"whole" and list(tmp_path.iterdir()) == [path]
    link = tmp_path / "link"
    link.symlink_to(path)
    LocalBackend().put_text("new", link)
    assert link.is_symlink() and path.read_text() == "new"
    LocalBackend().put(b"nothing", os.devnull)
    assert not Path(os.devnull).is_file()


@pytest.fixture
def work(tmp_path) -> Path:
    """A work dir after its third epoch."""
    folder = tmp_path / "run"
    for number in (1, 2, 3):
        LocalBackend().put_text("", folder / "config.py")
        torch.save({"state_dict": {"x": torch.rand(1000)}}, folder / f"epoch_{number}.pth")
        torch.save({"state_dict": {"x": torch.rand(9)}}, folder / f"best_top1_epoch_{number}.pth")
    (folder / "last_checkpoint").write_text(str(folder / "epoch_3.pth"))
    return folder


def changed(path: Path, where: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    return bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: b"",
        lambda path: path.read_bytes()[:2000],
        lambda path: path.read_bytes()[:-1],
        lambda path: os.urandom(5000),
        lambda path: bytes(path.stat().st_size),
        lambda path: b"PK\x03\x04" + bytes(5000),
        lambda path: changed(path, 3000),
        lambda path: b"<html>",
    ],
)
def test_a_damaged_checkpoint_is_passed_over(work, damage, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr("mmengine.logging.print_log", lambda text, **_: said.append(text))
    newest = work / "epoch_3.pth"
    newest.write_bytes(damage(newest))
    assert find_latest_checkpoint(str(work)) == str(work / "epoch_2.pth")
    assert "epoch_2.pth, as epoch_3.pth is not whole" in said[0]
    (work / "epoch_2.pth").write_bytes(b"")
    assert find_latest_checkpoint(str(work)) == str(work / "epoch_1.pth")
    (work / "epoch_1.pth").unlink()
    with pytest.raises(CheckpointError, match=r"no checkpoint .*epoch_3\.pth .*epoch_2\.pth"):
        find_latest_checkpoint(str(work))


def test_last_checkpoint_is_believed_as_far_as_it_can_be(work, tmp_path):
    pointer, third = work / "last_checkpoint", str(work / "epoch_3.pth")
    assert find_latest_checkpoint(str(work)) == third
    for name in (
        "",
        "\0\0\0",
        str(tmp_path / "elsewhere/epoch_3.pth"),
        "run/epoch_3.pth",
        "epoch_",
    ):
        pointer.write_text(name)
        assert find_latest_checkpoint(str(work)) == third, name
    pointer.write_text(str(work / "epoch_2.pth"))  # who trains an earlier one on is believed
    assert find_latest_checkpoint(str(work)) == str(work / "epoch_2.pth")
    os.utime(work / "epoch_3.pth")  # written, and killed before last_checkpoint was
    assert find_latest_checkpoint(str(work)) == third
    pointer.unlink()
    assert find_latest_checkpoint(str(work)) == third
    work.rename(tmp_path / "moved")
    assert find_latest_checkpoint(str(tmp_path / "moved")) == str(tmp_path / "moved/epoch_3.pth")


def test_checkpoints_of_an_earlier_training_are_not_gone_on_from(work):
    """Ten epochs, then anew in the same folder, which was stopped after its second."""
    torch.save({"state_dict": {"x": torch.rand(9)}}, work / "epoch_10.pth")
    os.utime(work / "epoch_10.pth", (1, 1))
    (work / "last_checkpoint").write_text(str(work / "epoch_2.pth"))
    os.utime(work / "epoch_3.pth", (1, 1))
    assert find_latest_checkpoint(str(work)) == str(work / "epoch_2.pth")


def test_checkpoints_lie_where_the_hook_puts_them(work, tmp_path):
    empty = tmp_path / "other/run"
    empty.mkdir(parents=True)
    assert find_latest_checkpoint(str(empty)) is None
    (empty / "last_checkpoint").write_text(str(work / "epoch_3.pth"))  # CheckpointHook's out_dir
    assert find_latest_checkpoint(str(empty)) == str(work / "epoch_3.pth")
    new = tmp_path / "new"  # went on from another work dir, and was stopped before it wrote one
    new.mkdir()
    (new / "last_checkpoint").write_text(str(work / "epoch_2.pth"))
    assert find_latest_checkpoint(str(new)) == str(work / "epoch_2.pth")
    (empty / "last_checkpoint").write_text(str(tmp_path / "gone/epoch_3.pth"))
    with pytest.raises(CheckpointError, match="which is gone"):
        find_latest_checkpoint(str(empty))
