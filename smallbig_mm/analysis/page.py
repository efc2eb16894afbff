"""Curves as one HTML file that needs nothing else: an SVG whose points say what they are."""

from __future__ import annotations

import html
import io
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from matplotlib import rc_context
from matplotlib.figure import Figure

from .curves import Curves

SVG = "http://www.w3.org/2000/svg"
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
       color: #222; background: #fff }
svg { width: 100%; height: auto }
svg use:hover { opacity: 1 !important; fill: #d62728 !important; fill-opacity: 1 !important }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .1rem .8rem; text-align: right; border-bottom: 1px solid #ddd }
details { margin: 1rem 0 } summary { cursor: pointer }
"""


def page(figure: Figure, said: Mapping[str, Sequence[str]], runs: Sequence[Curves]) -> str:
    """A page of curves.

    Args:
        figure: as `drawing.training_curves` draws.
        said: by a series' id what each of its points says, when the mouse is over it.
        runs: whose validations stand in tables below.
    """
    title = html.escape(f"Training curves: {', '.join(run.name for run in runs)}")
    tables = "\n".join(map(_table, runs))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}</style></head>\n<body>\n<h1>Training curves</h1>\n"
        f"{_svg(figure, said)}\n{tables}\n</body></html>\n"
    )


def _svg(figure: Figure, said: Mapping[str, Sequence[str]]) -> str:
    written = io.BytesIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "curves"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(written.getvalue())
    for group in root.iter(f"{{{SVG}}}g"):
        points = list(group.iter(f"{{{SVG}}}use"))
        for point, text in zip(points, said.get(group.get("id", ""), ()), strict=False):
            ElementTree.SubElement(point, f"{{{SVG}}}title").text = text
    return ElementTree.tostring(root, encoding="unicode")


def _table(run: Curves) -> str:
    """The validations of a run, a row each."""
    shown = {n.removeprefix("validation "): s for n, s in run.series.items() if "validation" in n}
    if not shown:
        return ""
    frames = [points.set_index("at")["value"].rename(name) for name, points in shown.items()]
    table = frames[0].to_frame().join(frames[1:], how="outer")
    table.index.name = run.unit
    body = table.reset_index().to_html(index=False, border=0, float_format=lambda v: f"{v:.4g}")
    name = html.escape(run.name)
    return f"<details><summary>{name}: {len(table)} validations</summary>\n{body}\n</details>"
