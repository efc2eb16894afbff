"""Units on one host, by one recipe: what each costs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from mmengine.config import Config

from ..experiments.costs import by_network, network_of
from ..files import CONFIGS, relative
from ..records.schema import Record
from ..records.store import counts
from .documents import Document

CLIP = (8, 224, 224)
HOSTS = {"r23": "ResNet23", "r50": "ResNet50"}
UNITS = {
    "2d": "none, 2D",
    "3x1x1": "3x1x1 kernels",
    "tsm": "TSM",
    "tei": "TEI",
    "cost": "CoST(b)",
    "smallbig_typical": "SmallBig, typical",
    "smallbig_full": "SmallBig, full",
    "non_local": "non-local",
    "double_attention": "A2-Net's double attention",
    "glore": "GloRe",
    "correspondence": "CPNet's correspondences",
}
COLUMNS = ("row", "unit", "params M", "GMAC", "attention products GMAC", "activations MiB")
TEXT = (
    "Each unit on the same 2D network, where its own paper places it as far as this host has such "
    f"a place, under the recipe of Section 6; one clip of {'x'.join(map(str, CLIP))}. `GMAC` "
    "counts convolutions, linear layers and matrix products, head included, one multiply-add as "
    "one; `attention products` are those of them that multiply activations with activations. "
    "`activations` is what float32 inference of the clip holds at most beside the weights, "
    "operator by operator; kernels and allocators take more, compilers less."
)


def table(records: Sequence[Record]) -> Document:
    """A part a host, a row a unit."""
    costs = by_network(list(records))
    parts: dict[str, pd.DataFrame] = {}
    links = {}
    for host, heading in HOSTS.items():
        found = []
        for stem, name in UNITS.items():
            path = CONFIGS / f"units/{stem}_{host}.py"
            cells = dict.fromkeys(COLUMNS, "") | {"row": path.stem, "unit": name}
            if path.is_file():
                links[path.stem] = relative(path)
                record = costs.get(network_of(Config.fromfile(path)))
                cells |= _figures(record) if record else {"GMAC": "not run: not counted yet"}
            else:
                cells["GMAC"] = "not run: no config of it"
            found.append(cells)
        parts[heading] = pd.DataFrame(found)
    return Document("Units on one host", [TEXT], parts, [], links)


def _figures(record: Record) -> dict[str, str]:
    count = next(count for count in counts(record) if count.clip == CLIP)
    held, products = count.activation_bytes, count.activation_product_macs
    return {
        "params M": f"{count.params / 1e6:.2f}",
        "GMAC": f"{count.macs / 1e9:.2f}",
        "attention products GMAC": f"{products / 1e9:.2f}" if products else "",
        "activations MiB": held if isinstance(held, str) else f"{held / 2**20:.1f}",
    }
