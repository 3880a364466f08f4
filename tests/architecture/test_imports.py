"""The floors of the house: every import goes down, none goes round in a circle, function-level ones included."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "dlcli"

#: lowest first; the names on one line are neighbors and may not import each other
FLOORS: tuple[tuple[str, ...], ...] = (
    ("printable", "nearest_name"),
    (
        "errors",
        "rng",
        "constraints",
        "bound",
        "strict_json",
        "node_names",
        "edge_filters",
        "memory",
        "percent",
        "library_warnings",
    ),
    ("registry", "split_options", "expressions"),
    ("spec", "runs", "kernels"),
    ("autograd",),
    ("ops",),
    ("nn", "data"),
    ("losses", "optim", "metrics", "decoding", "search"),
    ("models", "tasks"),
    ("training",),
    ("components",),
    ("build",),
    ("diagnosis",),
    ("reports",),
    ("experiment",),
    ("sweeps",),
    ("cli",),
    ("__main__",),
)
FLOOR_OF = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}

#: what the design calls floor 0, and the parts that know nothing else but what is named
BASE = {*FLOORS[0], *FLOORS[1], *FLOORS[2]}
BUILT_ON_THE_BASE = {"spec": (), "runs": (), "kernels": (), "data": ("kernels",)}


def module_name(file: Path, root: Path = PACKAGE) -> str:
    parts = (root.name, *file.relative_to(root).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules(root: Path = PACKAGE) -> dict[str, Path]:
    return {module_name(file, root): file for file in sorted(root.rglob("*.py"))}


def statements(tree: ast.AST, *, types: bool) -> Iterator[ast.AST]:
    """Every node of a module; without `types`, those under `if TYPE_CHECKING:` are left out."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if types or not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from statements(child, types=types)


def imports(name: str, file: Path, known: dict[str, Path], *, types: bool) -> Iterator[str]:
    """The modules of the package that `file` imports, at any depth; what it takes from them does not count."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in statements(ast.parse(file.read_text(encoding="utf-8")), types=types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                target = f"{source}.{alias.name}" if f"{source}.{alias.name}" in known else source
                if target in known and target != name:  # a package may take a compiled module of its own
                    yield target


def graph(root: Path = PACKAGE, *, types: bool = True) -> dict[str, set[str]]:
    """Module → the modules it imports; without `types`, only what is imported when it runs."""
    known = modules(root)
    return {name: set(imports(name, file, known, types=types)) for name, file in known.items()}


def part(module: str) -> str:
    """The entry of the floor table that a module belongs to; empty for the package itself."""
    return module.split(".")[1] if "." in module else ""


def upward(edges: dict[str, set[str]]) -> list[str]:
    """Every import that does not go down. `dlcli/__init__.py` is the door: it may open every room, lazily."""
    return [
        f"{module} -> {target}"
        for module, targets in edges.items()
        for target in sorted(targets)
        if part(module) and part(target) and part(module) != part(target)
        if FLOOR_OF[part(target)] >= FLOOR_OF[part(module)]
    ]


def circle(edges: dict[str, set[str]]) -> list[str]:
    """The modules of one import circle, else an empty list."""
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def edges() -> dict[str, set[str]]:
    return graph()


def test_every_part_has_a_floor(edges: dict[str, set[str]]) -> None:
    assert {part(module) for module in edges} - {""} <= set(FLOOR_OF)


def test_imports_go_down(edges: dict[str, set[str]]) -> None:
    assert upward(edges) == []


def test_imports_form_no_circle() -> None:
    running = graph(types=False)
    assert circle({module: targets - {"dlcli"} for module, targets in running.items()}) == []


@pytest.mark.parametrize(("name", "besides"), BUILT_ON_THE_BASE.items())
def test_parts_built_on_the_base_know_nothing_else(
    edges: dict[str, set[str]], name: str, besides: tuple[str, ...]
) -> None:
    found = {part(target) for module, targets in edges.items() if part(module) == name for target in targets}
    assert found <= {name, "", *besides, *BASE}


def test_the_walk_sees_function_level_imports_and_circles(tmp_path: Path) -> None:
    root = tmp_path / "dlcli"
    for file, text in {
        "__init__.py": "",
        "errors.py": "def f():\n    from dlcli.ops import rectify\n",
        "ops/__init__.py": "from .relu import rectify\n",
        "ops/relu.py": "from . import softmax\n",
        "ops/softmax.py": "def g():\n    import dlcli.ops.relu\n",
        "rng.py": "if TYPE_CHECKING:\n    from dlcli import registry\n",
        "registry.py": "import dlcli.rng\n",
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    assert upward(graph(root)) == ["dlcli.errors -> dlcli.ops", "dlcli.rng -> dlcli.registry"]
    assert set(circle(graph(root, types=False))) == {"dlcli.ops.relu", "dlcli.ops.softmax"}
