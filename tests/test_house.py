"""Imports point one way: to a file's own floor or below, and never in a circle."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "smallbig_mm"
# From the ground up; what shares a floor may import each other, but not in a circle.
FLOORS = [
    {"errors", "progress", "screen", "workers"},
    {"files", "annotations", "printed"},
    {"reading"},
    {"scanning"},
    {"configs"},
    {"compat", "ops", "doctor", "state_dicts"},
    {"units"},
    {"backbones"},
    {"heads", "datasets"},
    {"converting"},
    {
        "checkpoints",
        "costs",
        "deploy",
        "ensemble",
        "features",
        "inference",
        "inputs",
        "networks",
        "pretrained",
        "scripts",
        "unfinished",
    },
    {"paper", "records", "catalog", "visualization"},
    {"analysis", "checks", "experiments"},
    {"report"},
    {"commands"},
    {"__init__", "__main__"},
]
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
}


def imports(module: str) -> dict[str, list[int]]:
    """Modules of the package that a module imports, with the columns of their statements."""
    own = module.split(".")
    found: dict[str, list[int]] = {}
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.ImportFrom):
            absolute = (node.module or "").split(".")
            if node.level:
                base = own[: len(own) - node.level]
                names = base + ([*absolute] if node.module else [])
            elif absolute[0] == "smallbig_mm":
                names = absolute[1:]
            else:
                continue
            for alias in node.names:
                for target in ([*names, alias.name], names, [*names, "__init__"]):
                    if ".".join(target) in FILES:
                        found.setdefault(".".join(target), []).append(node.col_offset)
                        break
        elif isinstance(node, ast.Import):
            assert not any(alias.name.startswith("smallbig_mm") for alias in node.names), module
    return found


GRAPH = {module: imports(module) for module in FILES}


def test_every_module_has_a_floor():
    assert {module.split(".")[0] for module in FILES} == set(FLOOR)
    assert sum(map(len, GRAPH.values())) > 150  # the reader above does see imports


@pytest.mark.parametrize("module", sorted(FILES))
def test_imports_point_down_and_stand_at_the_top(module):
    own = FLOOR[module.split(".")[0]]
    up = [name for name in GRAPH[module] if FLOOR[name.split(".")[0]] > own]
    assert not up
    hidden = [name for name, columns in GRAPH[module].items() if any(columns)]
    assert not hidden


def test_no_circles():
    folders: dict[str, set[str]] = {}
    for module, targets in GRAPH.items():
        own = module.split(".")[0]
        folders.setdefault(own, set()).update({t.split(".")[0] for t in targets} - {own})
    files = {module: set(targets) - {module} for module, targets in GRAPH.items()}
    for graph in (files, folders):
        left = dict(graph)
        while free := [name for name, targets in left.items() if not targets & left.keys()]:
            for name in free:
                del left[name]
        assert not left  # what is left imports each other
