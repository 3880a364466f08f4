"""Packages below the assembly do not name paths of a config or commands.

Their errors name an argument of an object; the assembly turns it into a path, and the command line names the command.
So the engine, the data and the training can be used without a config, and a key is renamed in one place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_imports import LAYER_OF, PACKAGE

#: Packages that define or use the notation of configs.
EXCEPTIONS = ("spec", "cli")
#: A path such as `data.split`, but not the name of a file such as `model.npz`.
CONFIG_PATH = re.compile(
    r"(?<![\w./<-])(data|task|model|optimizer|regularization|training|evaluation)\."
    r"(?!npz|npy|csv|txt|json|yaml|safetensors|parquet)[a-z_]+"
)
COMMAND = re.compile(r"(?<![\w.])dlcli (train|eval|predict|score|sample|resume|sweep|show|runs|list|config)\b")
OPTION = re.compile(r"--(set|epochs|json|runs-dir|param|trials|yes|debug|fail-under|output|split)\b")


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and value of every string of a module that is not documentation."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def violations(package: Path) -> list[str]:
    """Return the places below the assembly that name a path of a config or a command."""
    return [
        f"{file.relative_to(package)}:{line} {match.group()}"
        for file in sorted(package.rglob("*.py"))
        if (part := file.relative_to(package).parts[0]) in LAYER_OF and part not in EXCEPTIONS
        if LAYER_OF[part] < LAYER_OF["assembly"]
        for line, text in texts(file)
        for pattern in (CONFIG_PATH, COMMAND, OPTION)
        for match in pattern.finditer(text)
    ]


def test_packages_below_the_assembly_do_not_name_configs_or_commands() -> None:
    assert violations(PACKAGE) == []


def test_violations_are_detected(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "spec").mkdir()
    (tmp_path / "data" / "splits.py").write_text('"""data.split"""\nKEY = f"data.split.{1}"\nFILE = "data.npz"\n')
    (tmp_path / "data" / "more.py").write_text('A = "try --set"\nB = "run `dlcli resume`"\n')
    (tmp_path / "spec" / "more.py").write_text('A = "data.split"\n')
    places = ["data/more.py:1 --set", "data/more.py:2 dlcli resume", "data/splits.py:2 data.split"]
    assert violations(tmp_path) == places
