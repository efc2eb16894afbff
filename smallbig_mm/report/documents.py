"""A generated page: text, tables and footnotes, as Markdown, HTML, LaTeX or CSV."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pandas as pd

FORMATS = {"md": "md", "html": "html", "latex": "tex", "csv": "csv"}
STYLE = "td, th { padding: 2px 8px; text-align: left } body { font-family: sans-serif }"


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table, the first line its head."""
    head, *rest = (f"| {' | '.join(_md_cell(_line(cell)) for cell in line)} |" for line in lines)
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rest])


def _line(text: str) -> str:
    return " ".join(text.split())


def _md_cell(text: str) -> str:
    """Text as a cell shows it: no end of the cell, no HTML, no code."""
    return re.sub(r"([\\|`])", r"\\\1", html.escape(text, quote=False))


def _csv_cell(text: str) -> str:
    """Text that a spreadsheet takes for no formula: an apostrophe first, unless it is a number.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    is_number = re.fullmatch(r"[+-]?[\d.,]*( ?%)?( \[\d+\])?", text)
    return f"'{text}" if text.startswith(tuple("=+-@")) and not is_number else text


@dataclass(frozen=True)
class Document:
    """A page.

    Attributes:
        title: its heading.
        texts: paragraphs before the tables.
        parts: tables by heading; '' for none. All cells are text.
        footnotes: numbered from 1, as `[1]` in cells.
        links: file, below the checkout, that a cell of the column `row` leads to.
        figures: files of pictures in the page's folder, shown before the tables; not in CSV.
    """

    title: str
    texts: list[str]
    parts: dict[str, pd.DataFrame]
    footnotes: list[str]
    links: dict[str, str]
    figures: Sequence[str] = ()

    def render(self, kind: str) -> str:
        """The page in one of `FORMATS`."""
        return {"md": self._md, "html": self._html, "latex": self._latex, "csv": self._csv}[kind]()

    def _notes(self) -> list[str]:
        return [f"[{n}] {_line(text)}" for n, text in enumerate(self.footnotes, start=1)]

    def _tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        for heading, frame in self.parts.items():
            yield _line(heading), frame.map(_line)

    def _md(self) -> str:
        blocks = [f"# {_line(self.title)}", *self.texts]
        blocks += [f"![{Path(name).stem}]({quote(name)})" for name in self.figures]
        for heading, frame in self._tables():
            linked = frame.map(_md_cell)
            if "row" in linked:
                linked["row"] = [self._link(cell) for cell in frame["row"]]
            blocks += [f"## {heading}"] if heading else []
            blocks.append(linked.to_markdown(index=False, disable_numparse=True))
        return "\n\n".join([*blocks, *self._notes()]) + "\n"

    def _link(self, cell: str) -> str:
        text = _md_cell(cell)
        return f"[{text}](../../{quote(self.links[cell])})" if cell in self.links else text

    def _html(self) -> str:
        head = f'<meta charset="utf-8"><title>{html.escape(self.title)}</title>'
        blocks = [f"<h1>{html.escape(self.title)}</h1>"]
        blocks += [f"<p>{html.escape(text.replace('`', ''))}</p>" for text in self.texts]
        blocks += [f'<p><img src="{quote(name)}"></p>' for name in self.figures]
        for heading, frame in self._tables():
            blocks += [f"<h2>{html.escape(heading)}</h2>"] if heading else []
            blocks.append(frame.to_html(index=False, border=0))
        blocks += [f"<p>{html.escape(note)}</p>" for note in self._notes()]
        return "\n".join(["<!doctype html>", head, f"<style>{STYLE}</style>", *blocks]) + "\n"

    def _latex(self) -> str:
        blocks = [f"% {_line(text)}" for text in (self.title, *self.texts)]
        blocks += [rf"\includegraphics{{{name}}}" for name in self.figures]
        for heading, frame in self._tables():
            blocks += [f"% {heading}"] if heading else []
            style = frame.style.hide(axis="index").format(escape="latex")
            blocks.append(style.format_index(escape="latex", axis=1).to_latex(hrules=True))
        return "\n".join([*blocks, *(f"% {note}" for note in self._notes())]) + "\n"

    def _csv(self) -> str:
        blocks = []
        for heading, frame in self._tables():
            labelled = frame.map(_csv_cell)
            labelled.insert(0, "part", heading)
            blocks.append(labelled.to_csv(index=False, lineterminator="\n"))
        if self.footnotes:
            notes = pd.DataFrame({"part": "Notes", "note": self._notes()})
            blocks.append(notes.to_csv(index=False, lineterminator="\n"))
        return "\n".join(blocks)
