"""Lists as people have them: read as they meant, or refused in a line that names the list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from smallbig_mm.configs.lists import check_annotations
from smallbig_mm.errors import UserError

MEANT = [("0.mp4", 0), ("1.mp4", 1)]
PLAIN = "0.mp4 0\n1.mp4 1\n"
# By kind: what the file holds, and what was meant; None where nobody can know.
LISTS: dict[str, list[tuple[bytes, list[tuple[str, int]] | None]]] = {
    "byte order mark": [(PLAIN.encode("utf-8-sig"), MEANT)],
    "CRLF": [(PLAIN.replace("\n", "\r\n").encode(), MEANT)],
    "blank lines": [(f"\n{PLAIN}\n  \n".encode(), MEANT)],
    "tabs": [(PLAIN.replace(" ", "\t").encode(), MEANT), (b"0.mp4 \t0\n1.mp4  1 \n", MEANT)],
    "blanks in names": [(b"a b.mp4 0\n", [("a b.mp4", 0)])],
    "other encodings": [
        (PLAIN.encode("utf-16"), MEANT),
        ("\u5f20.mp4 0\n".encode("gbk"), [("\u5f20.mp4", 0)]),
        ("\u5f20.mp4 0\n".encode(), [("\u5f20.mp4", 0)]),
    ],
    "label beyond the classes": [(b"0.mp4 2\n", None), (b"0.mp4 -1\n", None)],
    "label that is no number": [(b"0.mp4 one\n", None), (b"0.mp4 1.5\n", None)],
    "no label": [(b"0.mp4\n", None)],
    "empty": [(b"", None), (b"\n\n", None)],
    "no text": [(b"\x00\x01\x02", None), (b"\x80\x04]\x94.", None)],
}


def rows(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """A row a kind: how many lists, how many read as meant, how many refused, and the rest."""
    return [_row(kind, files, folder) for kind, files in LISTS.items()]


def _row(kind: str, files: list, folder: Path) -> dict[str, Any]:
    row = {"kind": kind, "count": len(files), "read as meant": 0, "refused": 0, "wrong": 0}
    for content, meant in files:
        path = folder / "list.txt"
        path.write_bytes(content)
        try:
            row["read as meant" if _read(path) == meant else "wrong"] += 1
        except UserError as error:
            row["refused" if str(path) in str(error) and "\n" not in str(error) else "wrong"] += 1
        except Exception:
            row["wrong"] += 1
    return row


def _read(path: Path) -> list[tuple[str, int]]:
    """What a training would read, after the checks that come before it."""
    dataset = dict(type="VideoDataset", ann_file=str(path), pipeline=[])
    model = dict(cls_head=dict(num_classes=2))
    cfg = Config(dict(model=model, train_dataloader=dict(dataset=dataset)))
    check_annotations(cfg, "train")
    init_default_scope("mmaction")
    built = DATASETS.build(cfg.train_dataloader.dataset)
    samples = (built.get_data_info(index) for index in range(len(built)))
    return [(sample["filename"], sample["label"]) for sample in samples]
