"""A generated page: text, tables and footnotes, as Markdown, HTML, LaTeX or CSV."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

FORMATS = {"md": "md", "html": "html", "latex": "tex", "csv": "csv"}
STYLE = "td, th { padding: 2px 8px; text-align: left } body { font-family: sans-serif }"


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table, the first line its head."""
    head, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rest])


@dataclass(frozen=True)
class Document:
    """A page.

    Attributes:
        title: its heading.
        texts: paragraphs before the tables.
        parts: tables by heading; '' for none. All cells are text.
        footnotes: numbered from 1, as `[1]` in cells.
        links: file, below the checkout, that a cell of the column `row` leads to.
    """

    title: str
    texts: list[str]
    parts: dict[str, pd.DataFrame]
    footnotes: list[str]
    links: dict[str, str]

    def render(self, kind: str) -> str:
        """The page in one of `FORMATS`."""
        return {"md": self._md, "html": self._html, "latex": self._latex, "csv": self._csv}[kind]()

    def _notes(self) -> list[str]:
        return [f"[{number}] {text}" for number, text in enumerate(self.footnotes, start=1)]

    def _md(self) -> str:
        blocks = [f"# {self.title}", *self.texts]
        for heading, frame in self.parts.items():
            linked = frame.copy()
            if "row" in linked:
                linked["row"] = [self._link(cell) for cell in linked["row"]]
            blocks += [f"## {heading}"] if heading else []
            blocks.append(linked.to_markdown(index=False, disable_numparse=True))
        return "\n\n".join([*blocks, *self._notes()]) + "\n"

    def _link(self, cell: str) -> str:
        return f"[{cell}](../../{self.links[cell]})" if cell in self.links else cell

    def _html(self) -> str:
        head = f'<meta charset="utf-8"><title>{html.escape(self.title)}</title>'
        blocks = [f"<h1>{html.escape(self.title)}</h1>"]
        blocks += [f"<p>{html.escape(text.replace('`', ''))}</p>" for text in self.texts]
        for heading, frame in self.parts.items():
            blocks += [f"<h2>{html.escape(heading)}</h2>"] if heading else []
            blocks.append(frame.to_html(index=False, border=0))
        blocks += [f"<p>{html.escape(note)}</p>" for note in self._notes()]
        return "\n".join(["<!doctype html>", head, f"<style>{STYLE}</style>", *blocks]) + "\n"

    def _latex(self) -> str:
        blocks = [f"% {text}" for text in (self.title, *self.texts)]
        for heading, frame in self.parts.items():
            blocks += [f"% {heading}"] if heading else []
            style = frame.style.hide(axis="index").format(escape="latex")
            blocks.append(style.format_index(escape="latex", axis=1).to_latex(hrules=True))
        return "\n".join([*blocks, *(f"% {note}" for note in self._notes())]) + "\n"

    def _csv(self) -> str:
        blocks = []
        for heading, frame in self.parts.items():
            labelled = frame.copy()
            labelled.insert(0, "part", heading)
            blocks.append(labelled.to_csv(index=False, lineterminator="\n"))
        if self.footnotes:
            notes = pd.DataFrame({"part": "Notes", "note": self._notes()})
            blocks.append(notes.to_csv(index=False, lineterminator="\n"))
        return "\n".join(blocks)
