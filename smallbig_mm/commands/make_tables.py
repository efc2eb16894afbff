"""Render the paper's tables and the page of them beside what others and we measured."""

from collections.abc import Mapping
from pathlib import Path

from ..errors import UserError
from ..files import CHECKOUT, relative, write_text
from ..paper import find
from ..records import store
from ..report import model_cards, page, pictures
from ..report.documents import FORMATS
from ..report.events import judged
from ..report.grids import Grids
from ..report.lines import lines
from ..report.points import points
from ..report.readme import PAGES, blocks, filled
from ..report.speed import latencies
from ..report.speed_page import GROWTH, curves, draw
from ..report.tables import Footnotes, accuracy_of, costs_of, documents
from .cli import parser

TABLES = CHECKOUT / "results/tables" if CHECKOUT else Path("work_dirs/tables")


def main() -> None:
    tool = parser(__doc__, "python tools/make_tables.py --format latex --out /tmp/tables")
    tool.add_argument("--format", choices=FORMATS, default="md", help="(%(default)s)")
    tool.add_argument(
        "--out",
        type=Path,
        default=TABLES,
        help="folder (%(default)s; of a checkout also the page, pictures, model cards and README)",
    )
    tool.add_argument(
        "--records", type=Path, default=store.RUNS, help="folder of records (results/runs)"
    )
    tool.add_argument("--row", help="print all about one row, e.g. table05/04_typical, and end")
    tool.add_argument(
        "--check", action="store_true", help="write nothing; fail if a file there is another"
    )
    args = tool.parse_args()

    if not args.records.is_dir():
        raise UserError(f"--records {args.records}: no such folder")
    if args.row and args.check:
        raise UserError("--row prints one row, --check compares all tables: give one of them")
    if args.out.exists() and not args.out.is_dir():
        raise UserError(f"--out {args.out}: is a file, not a folder")
    chosen = find(args.row) if args.row else None
    records = store.read_all(args.records)
    if chosen:
        for line in lines(records, [chosen]):
            footnotes = Footnotes()
            print(f"{'config':18s} {relative(line.config) if line.config else 'none'}")
            for name, cell in {**costs_of(line, footnotes), **accuracy_of(line)}.items():
                print(f"{name:18s} {cell or '-'}")
            for number, text in enumerate(footnotes.texts, start=1):
                print(f"[{number}] {text}")
        return
    every = lines(records, folder=args.records)
    grids, timed = Grids.of(records), latencies(records, args.records)
    pages = documents(records, every, grids)
    seen = points(every, grids, timed)
    home = TABLES.parent if CHECKOUT and args.out == TABLES else args.out
    texts = {
        args.out / f"{name}.{FORMATS[args.format]}": document.render(args.format)
        for name, document in pages.items()
    }
    texts |= page.files(home, every, pages, seen, grids, timed)
    if CHECKOUT and args.out == TABLES:
        parts = blocks(records, pages)
        texts[TABLES / "quickstart.md"] = parts["quickstart"] + "\n"
        for name, names in PAGES.items():
            path = CHECKOUT / name
            texts[path] = filled(path.read_text(), {part: parts[part] for part in names})
        cards = model_cards.files(records, every, args.records)
        texts |= {CHECKOUT / name: text for name, text in cards.items()}
    if args.check:  # but for pictures, whose bytes depend on the fonts here
        _check(texts)
        return
    for path, text in texts.items():
        write_text(path, text)
    drawn = [*page.copy_plotly(home), *pictures.draw(seen, judged(grids), home / "figures")]
    if pages["speed"].figures:
        draw(curves([record for record in records if record.speed is not None]), args.out / GROWTH)
        drawn.append(args.out / GROWTH)
    for path in (*texts, *drawn):
        print(path)


def _check(texts: Mapping[Path, str]) -> None:
    """Compare files with what they should be.

    Raises:
        UserError: naming those that are another, or one that is not there.
    """
    for path in texts:
        if not path.is_file():
            raise UserError(f"{path}: no such file; --check compares tables that were made")
    different = [str(path) for path, text in texts.items() if path.read_text() != text]
    if different:
        raise UserError(f"not what the data give: {', '.join(different)}; run tools/make_tables.py")
