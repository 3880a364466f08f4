"""The layers of the package: imports, also those in functions, go to lower layers and form no cycles."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "dlcli"

#: Layers from the lowest to the highest; packages of one layer must not import each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("core",),
    ("settings",),
    ("spec", "runs", "kernels", "guide"),
    ("autograd",),
    ("ops",),
    ("nn", "data"),
    ("losses", "optim", "metrics", "decoding", "search"),
    ("models", "tasks"),
    ("training",),
    ("components",),
    ("assembly",),
    ("diagnosis",),
    ("reports",),
    ("api",),
    ("sweeps",),
    ("cli",),
    ("__main__", "testing"),  # the highest, which nothing imports
)
LAYER_OF = {part: layer for layer, parts in enumerate(LAYERS) for part in parts}

#: Packages that import only the core and the packages named here.
STANDALONE = {
    "settings": (),
    "spec": ("settings",),
    "runs": (),
    "kernels": (),
    "guide": (),
    "data": ("settings", "kernels"),
    "search": (),
}


def module_name(file: Path, root: Path = PACKAGE) -> str:
    parts = (root.name, *file.relative_to(root).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules(root: Path = PACKAGE) -> dict[str, Path]:
    return {module_name(file, root): file for file in sorted(root.rglob("*.py"))}


def statements(tree: ast.AST, *, types: bool) -> Iterator[ast.AST]:
    """Yield every node of a module; without `types`, except those under `if TYPE_CHECKING:`."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if types or not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from statements(child, types=types)


def imports(name: str, file: Path, known: dict[str, Path], *, types: bool) -> Iterator[str]:
    """Yield the modules of the package that `file` imports, at any depth."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in statements(ast.parse(file.read_text(encoding="utf-8")), types=types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                target = f"{source}.{alias.name}" if f"{source}.{alias.name}" in known else source
                if target in known and target != name:  # a compiled module counts as its package, which may import it
                    yield target


def graph(root: Path = PACKAGE, *, types: bool = True) -> dict[str, set[str]]:
    """Return module → modules that it imports; without `types`, only imports at run time."""
    known = modules(root)
    return {name: set(imports(name, file, known, types=types)) for name, file in known.items()}


def part(module: str) -> str:
    """Return the package of `LAYERS` that a module belongs to; empty for `dlcli` itself."""
    return module.split(".")[1] if "." in module else ""


def upward(edges: dict[str, set[str]]) -> list[str]:
    """Return every import that does not go to a lower layer. `dlcli/__init__.py` may import everything, lazily."""
    return [
        f"{module} -> {target}"
        for module, targets in edges.items()
        for target in sorted(targets)
        if part(module) and part(target) and part(module) != part(target)
        if LAYER_OF[part(target)] >= LAYER_OF[part(module)]
    ]


def cycle(edges: dict[str, set[str]]) -> list[str]:
    """Return the modules of an import cycle; empty if there is none."""
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def edges() -> dict[str, set[str]]:
    return graph()


def test_every_package_has_a_layer(edges: dict[str, set[str]]) -> None:
    assert {part(module) for module in edges} - {""} <= set(LAYER_OF)


def test_imports_go_down(edges: dict[str, set[str]]) -> None:
    assert upward(edges) == []


def test_imports_form_no_cycle() -> None:
    runtime = graph(types=False)
    assert cycle({module: targets - {"dlcli"} for module, targets in runtime.items()}) == []


def test_no_package_imports_testing(edges: dict[str, set[str]]) -> None:
    importers = {part(module) for module, targets in edges.items() if "testing" in map(part, targets)}
    assert importers == {"testing"}


@pytest.mark.parametrize(("name", "others"), STANDALONE.items())
def test_standalone_packages_import_only_the_core(
    edges: dict[str, set[str]], name: str, others: tuple[str, ...]
) -> None:
    imported = {part(target) for module, targets in edges.items() if part(module) == name for target in targets}
    assert imported <= {name, "", "core", *others}


def test_imports_in_functions_and_cycles_are_detected(tmp_path: Path) -> None:
    root = tmp_path / "dlcli"
    for file, text in {
        "__init__.py": "",
        "core/__init__.py": "",
        "core/errors.py": "def f():\n    from dlcli.ops import rectify\n",
        "ops/__init__.py": "from .relu import rectify\n",
        "ops/relu.py": "from . import softmax\n",
        "ops/softmax.py": "def g():\n    import dlcli.ops.relu\n",
        "core/rng.py": "if TYPE_CHECKING:\n    from dlcli import runs\n",
        "runs/__init__.py": "import dlcli.core.rng\n",
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    imports_up = ["dlcli.core.errors -> dlcli.ops", "dlcli.core.rng -> dlcli.runs"]
    assert upward(graph(root)) == imports_up
    assert set(cycle(graph(root, types=False))) == {"dlcli.ops.relu", "dlcli.ops.softmax"}
