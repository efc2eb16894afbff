"""What setup.cfg cannot say: a wheel carries configs, tools and results, as mmaction2's does."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHARED = ("configs", "tools", "results")
INDEX = "model-index.yml"  # where mim and mmengine look for model cards
LEFT_OUT = (
    *("__pycache__", "tables", "figures", "*.jpg"),
    *("index.html", "data.js", "page.css", "page.js"),  # make_tables.py makes them
    *("quickstart.sh", "run_tests.sh", "_environment.sh", "_pins.py", "smallbig-mm"),  # a clone's
)


class BuildWithShared(build_py):
    """Copies them to smallbig_mm/.mim, where mim and mmengine look; a checkout has its own."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "smallbig_mm", ".mim")
        shutil.rmtree(target, ignore_errors=True)  # of an older build
        for name in SHARED:
            shutil.copytree(name, target / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
        shutil.copy(INDEX, target / INDEX)


setup(cmdclass={"build_py": BuildWithShared})
