"""Stored pictures are those of their records."""

from smallbig_mm.files import SHARE, file_sha256
from smallbig_mm.records import store


def test_stored_pictures_are_the_recorded_ones():
    records = [record for record in store.read_all() if record.kind == "picture"]
    recorded = {a.file: a.sha256 for record in records for a in record.attachments}
    stored = [p for p in (SHARE / "results/figure3").rglob("*") if p.is_file()]
    pictures = [p for p in stored if p.suffix != ".md"]
    assert pictures and {str(p.relative_to(SHARE)) for p in pictures} == set(recorded)
    for path in pictures:
        assert recorded[str(path.relative_to(SHARE))] == file_sha256(path)
    assert all(record.code.dirty is False for record in records)
