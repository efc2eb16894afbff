"""Record a result that was made elsewhere: mmengine's log of a run, or a dump of test scores."""

from _run import run

run("record")
