"""Record a result that was made elsewhere: mmengine's log of a run, or a dump of test scores."""

from smallbig_mm.commands import run

run("record")
