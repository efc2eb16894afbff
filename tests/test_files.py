"""Files are written whole or not at all, also where file systems are odd."""

import os
from pathlib import Path

import pytest

from smallbig_mm import files
from smallbig_mm.files import file_name, whole, write_text


def everything_below(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(params=["hard links", "no hard links"])
def file_system(request, monkeypatch):
    if request.param == "no hard links":

        def refuse(*_):
            raise PermissionError(1, "Operation not permitted")  # as FAT and some FUSE mounts do

        monkeypatch.setattr(os, "link", refuse)


def test_written_with_its_folder_and_rights(tmp_path, file_system):
    write_text(tmp_path / "a/b.txt", "x\n", replace=False)
    assert everything_below(tmp_path) == {"a/b.txt": "x\n"}
    plain = tmp_path / "plain"
    plain.touch()
    assert (tmp_path / "a/b.txt").stat().st_mode == plain.stat().st_mode


def test_replaced_only_where_asked(tmp_path, file_system):
    write_text(tmp_path / "a", "1")
    with pytest.raises(FileExistsError):
        write_text(tmp_path / "a", "2", replace=False)
    assert everything_below(tmp_path) == {"a": "1"}
    write_text(tmp_path / "a", "3")
    assert everything_below(tmp_path) == {"a": "3"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("no space left on device")])
@pytest.mark.parametrize("replace", [True, False])
def test_an_error_leaves_what_was_there(tmp_path, error, replace):
    if replace:
        write_text(tmp_path / "a", "old")
    before = everything_below(tmp_path)
    with pytest.raises((KeyboardInterrupt, OSError)), whole(tmp_path / "a", replace) as part:
        part.write_text("half of i")
        raise error
    assert everything_below(tmp_path) == before


def test_an_interrupted_claim_leaves_nothing(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(files.Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a", "x", replace=False)
    assert everything_below(tmp_path) == {}


def test_nobody_takes_a_part_for_the_file(tmp_path):
    with whole(tmp_path / "a.mp4") as part:
        assert part.suffix == ".part" and part.name.startswith(".") and part.parent == tmp_path
        part.touch()


@pytest.mark.parametrize(
    "text",
    [
        "..",
        ".",
        "",
        "/etc/passwd",
        "../../x",
        "a/../../b",
        "nul\0",
        "x" * 5000,
        "\n",
        "a b",
        "-",
        "ß",
    ],
)
def test_what_data_name_becomes_a_file_of_its_folder(tmp_path, text):
    write_text(tmp_path / "out" / f"{file_name(text)}.json", "{}")
    (written,) = everything_below(tmp_path)
    assert Path(written).parent == Path("out")


def test_two_names_are_two_files():
    names = ["a/b", "a-b", "a b", "..", "...", "a" * 300, "a" * 301, "acc/top1"]
    assert len({file_name(name) for name in names}) == len(names)
    assert file_name("smallbig_r50.v2") == "smallbig_r50.v2"
