"""Render the paper's tables beside what others and we measured, from data alone."""

from pathlib import Path

from ..errors import UserError
from ..files import CHECKOUT, relative, write_text
from ..paper import find
from ..records import store
from ..report.documents import FORMATS
from ..report.lines import lines
from ..report.readme import PAGES, blocks, filled
from ..report.speed_page import GROWTH, curves, draw
from ..report.tables import Footnotes, accuracy_of, costs_of, documents
from .cli import parser

TABLES = CHECKOUT / "results/tables" if CHECKOUT else Path("work_dirs/tables")


def main() -> None:
    tool = parser(__doc__, "python tools/make_tables.py --format latex --out /tmp/tables")
    tool.add_argument("--format", choices=FORMATS, default="md", help="(%(default)s)")
    tool.add_argument(
        "--out", type=Path, default=TABLES, help="folder (%(default)s, and a checkout's README)"
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
    different = []
    pages = documents(records)
    texts = {
        args.out / f"{name}.{FORMATS[args.format]}": page.render(args.format)
        for name, page in pages.items()
    }
    if CHECKOUT and args.out == TABLES:
        parts = blocks(records, pages["motion_shapes"])
        texts[TABLES / "quickstart.md"] = parts["quickstart"] + "\n"
        for page, names in PAGES.items():
            path = CHECKOUT / page
            texts[path] = filled(path.read_text(), {name: parts[name] for name in names})
    for path, text in texts.items():
        if args.check:
            if not path.is_file():
                raise UserError(f"{path}: no such file; --check compares tables that were made")
            if path.read_text() != text:
                different.append(str(path))
            continue
        write_text(path, text)
        print(path)
    if pages["speed"].figures and not args.check:  # a picture's bytes depend on the fonts here
        draw(curves([record for record in records if record.speed is not None]), args.out / GROWTH)
        print(args.out / GROWTH)
    if different:
        raise UserError(f"not what the data give: {', '.join(different)}; run tools/make_tables.py")
