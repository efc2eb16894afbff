"""Lists as people have them: read as they were meant, or refused by line."""

import pytest

from smallbig_mm.annotations import layout_of, parse_list
from smallbig_mm.errors import UserError


def read(content: str | bytes, classes: int | None = 4, **layout) -> list[tuple]:
    content = content.encode() if isinstance(content, str) else content
    samples = parse_list(content, "list.txt", layout_of(**layout), classes)
    return [(s.name, *s.numbers, *s.labels) for s in samples]


PLAIN = "a.mp4 0\nb/c.mp4 3\n"
SAMPLES = [("a.mp4", 0), ("b/c.mp4", 3)]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.rstrip(),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\n \n\n"),
        PLAIN.replace(" ", "\t"),
        PLAIN.replace(" ", "  \t"),
        "  a.mp4 0 \n b/c.mp4 3\t\n",
        PLAIN.encode("utf-8-sig"),
        "\ufeffa.mp4 0\n\ufeffb/c.mp4 3\n",  # two lists with marks, joined
        *(PLAIN.encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")),
        "\ufeff".encode("utf-16-be") + PLAIN.replace("\n", "\r\n").encode("utf-16-be"),
    ],
)
def test_marks_ends_and_blanks(content):
    assert read(content) == SAMPLES


def test_names_with_blanks_colons_delimiters_and_other_scripts():
    names = ["drinking (31).mp4", "a  b 2.mp4", "/abs/x y.mp4", "a:b.mp4", "1,5.mp4", "影片 1.mp4"]
    for sign, delimiter in ((" ", " "), (",", ","), (" ; ", ";"), ("\t", "\t")):
        lines = "".join(f"{name}{sign}{i % 4}\n" for i, name in enumerate(names))
        assert read(lines, delimiter=delimiter) == [(n, i % 4) for i, n in enumerate(names)]
    assert read("a\x85\u2028b.mp4 1\n") == [("a\x85\u2028b.mp4", 1)]  # not two lines


def test_several_labels():
    text = "a b.mp4 0 3 1\nc.mp4 2\n"
    assert read(text, multi_class=True) == [("a b.mp4", 0, 3, 1), ("c.mp4", 2)]
    text = "a b.mp4,0,3,1\nc.mp4,2\n"
    assert read(text, multi_class=True, delimiter=",") == [("a b.mp4", 0, 3, 1), ("c.mp4", 2)]


def test_frames():
    assert read("1 16 0\n\nmy clip 24 3\n", frames=True) == [("1", 16, 0), ("my clip", 24, 3)]
    assert read("1 0 16 2\n", frames=True, with_offset=True) == [("1", 0, 16, 2)]
    assert read("1 16 0 2\n2 4\n".replace("4", "4 1"), frames=True, multi_class=True) == [
        ("1", 16, 0, 2),
        ("2", 4, 1),
    ]


def test_no_labels(tmp_path):
    assert read("a.mp4\nb.mp4\n") == read("a.mp4 -1\nb.mp4 -1\n") == [("a.mp4",), ("b.mp4",)]
    assert read("1 16\n2 24\n", frames=True) == [("1", 16), ("2", 24)]
    (tmp_path / "a b").touch()
    assert read("a b\n", prefix=str(tmp_path)) == [("a b",)]


def test_a_file_settles_which_numbers_belong_to_a_name(tmp_path):
    (tmp_path / "take 2").mkdir()
    for text, layout, found in (
        ("take 2 3\n", dict(), ("take 2", 3)),
        ("take 2 16 3\n", dict(frames=True), ("take 2", 16, 3)),
    ):
        assert read(text, prefix=str(tmp_path), **layout) == [found]
        with pytest.raises(UserError, match="integers at its end"):
            read(text, prefix=str(tmp_path / "elsewhere"), **layout)


NAMES = {
    "gb18030": "视频一",
    "big5": "影片",
    "shift_jis": "ビデオ",
    "euc_kr": "비디오",
    "cp1252": "été",
}


@pytest.mark.parametrize("encoding", NAMES)
def test_other_encodings_are_told_by_the_files_that_are_there(tmp_path, encoding):
    name = f"{NAMES[encoding]} (1).mp4"
    text = f"a.mp4 0\r\n{name} 1\r\n"
    with pytest.raises(UserError, match=r"line 2: is not UTF-8.* gb18030.*save the list"):
        read(text.encode(encoding), prefix=str(tmp_path))
    (tmp_path / name).touch()
    assert read(text.encode(encoding), prefix=str(tmp_path)) == [("a.mp4", 0), (name, 1)]


@pytest.mark.parametrize(
    ("text", "layout", "words"),
    [
        ("", {}, "list.txt: the list is empty"),
        ("\ufeff\r\n \n", {}, "empty"),
        ("a.mp4 0\n\nb.mp4 4\n", {}, "line 3: label '4' is no class.*labels: 0 ... 3"),
        ("a.mp4 0\nb.mp4 -2\n", {}, "line 2: label '-2'"),
        ("a.mp4 0\nb.mp4\n", {}, "line 2: no label at the end of 'b.mp4'"),
        ("a.mp4 0\nb.mp4 1.0\n", {}, "line 2: no label at the end of 'b.mp4 1.0'"),
        ("a.mp4 cat\n", {}, "line 1: label 'cat' is no integer"),
        ("a.mp4,0\n", {}, "line 1: no label.*delimiter=','"),
        ("a b.mp4;0\n", {}, "line 1: no label.*delimiter=';'"),
        ("a.mp4 0\n", dict(delimiter=","), "line 1: no label.*delimiter=' '"),
        ("a.mp4 0 1\n", {}, "line 1: .*2 integers.*multi_class=True"),
        ("a.mp4 9 1 2\n", dict(multi_class=True), "line 1: label '9'"),
        ("a\n", dict(frames=True), "line 1: 'a' has 0 integers"),
        ("a 0 1\n", dict(frames=True), "line 1: .*no number of frames"),
        ("a 3 16 1\n", dict(frames=True), "line 1: .*3 integers.*with_offset=True"),
        ("a 16 1\n", dict(frames=True, with_offset=True), None),  # a start, frames, no label
        ("a 16\n", dict(frames=True, with_offset=True), "line 1: 'a 16' has 1 integers"),
    ],
)
def test_what_cannot_be_meant_is_named_by_line(text, layout, words):
    if words is None:
        assert read(text, **layout) == [("a", 16, 1)]
        return
    with pytest.raises(UserError, match=words) as error:
        read(text, **layout)
    assert "\n" not in str(error.value)


def test_all_bad_lines_are_counted_and_the_first_are_named():
    with pytest.raises(UserError) as error:
        read("a.mp4 7\nb.mp4 0\n" * 10)
    said = str(error.value)
    assert all(f"line {n}: " in said for n in (1, 3, 5)) and "line 7: " not in said
    assert "and 7 more bad lines" in said
