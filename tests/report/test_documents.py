"""Pages quote what they are given, in every format, as text."""

import csv
import html
import io
import re
import shutil
import subprocess

import pandas as pd
import pytest

from smallbig_mm.report.documents import FORMATS, Document, markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "a & b % c _ d $ e # f {g} ~ ^",
    "a | b \\| c `d` e",
    "two\nlines\n\nand \\input{x}",
    '"quoted", \'too\'',
]  # fmt: skip
FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "+0.41 / -0.2"]
NUMBERS = ["+0.41 %", "-", "-3.5", "+1.2", "-1.9 % [3]", "1,024"]


def page(cells: list[str]) -> Document:
    frame = pd.DataFrame({"row": cells, "other": cells})
    return Document(HOSTILE[3], HOSTILE, {HOSTILE[3]: frame}, HOSTILE, {cells[0]: "configs/a b.py"})


def test_markdown_cells_stay_cells():
    text = page(HOSTILE).render("md")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(HOSTILE)
    for row in rows:
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3
        assert "<" not in row and not re.search(r"(?<!\\)`", row)
    assert "(../../configs/a%20b.py)" in rows[2]
    plain = markdown([["a", "b"], [HOSTILE[2], HOSTILE[3]]]).splitlines()[2]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", plain)) == 3


def test_html_shows_what_it_is_given():
    text = page(HOSTILE).render("html")
    assert "<script" not in text
    cells = re.findall(r"<td>(.*?)</td>", text, re.S)
    assert [html.unescape(cell) for cell in cells[::2]] == [
        " ".join(text.split()) for text in HOSTILE
    ]


def test_latex_has_no_command_that_was_in_a_cell():
    text = page(HOSTILE).render("latex")
    assert not re.search(r"^(?!%).*\\(input|script)", text, re.M)  # a comment's line ends nothing
    (row,) = (line for line in text.splitlines() if "c \\_ d" in line)
    assert row.startswith(r"a \& b \% c \_ d \$ e \# f \{g\}")
    table = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    assert len([line for line in table.splitlines() if line.endswith(r"\\")]) == 1 + len(HOSTILE)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
def test_latex_compiles(tmp_path):
    table = page(HOSTILE).render("latex")
    packages = r"\usepackage[T1]{fontenc}\usepackage{booktabs}"
    text = rf"\documentclass{{article}}{packages}\begin{{document}}{table}\end{{document}}"
    (tmp_path / "a.tex").write_text(text)
    command = ["pdflatex", "-halt-on-error", "-interaction=batchmode", "a.tex"]
    assert subprocess.run(command, cwd=tmp_path, stdout=subprocess.DEVNULL).returncode == 0


def test_a_spreadsheet_takes_no_cell_for_a_formula():
    text = Document("", [], {"x": pd.DataFrame({"a": FORMULAS + NUMBERS + HOSTILE})}, [], {})
    rows = list(csv.reader(io.StringIO(text.render("csv"), newline="")))
    cells = [cell for _, cell in rows[1:]]
    assert cells[: len(FORMULAS)] == [f"'{formula.strip()}" for formula in FORMULAS]
    assert cells[len(FORMULAS) :] == [" ".join(text.split()) for text in NUMBERS + HOSTILE]


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_harmless_stays_as_it_is(kind):
    text = Document("Title", ["Text"], {"": pd.DataFrame({"a": ["x1 (y), 2"]})}, [], {}).render(
        kind
    )
    assert "x1 (y), 2" in text
