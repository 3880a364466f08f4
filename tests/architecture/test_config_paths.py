"""Below the assembly nobody knows where a config has an option, or what a command is called.

Errors there name an argument of the object at hand; the assembly turns it into a path, and the command line says what
to type. So the engine, the data and the training can be used without a config, and a key moves in one place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_imports import LAYER_OF, PACKAGE

#: packages whose business is the notation of configs, and those that are above the assembly
KNOWING = ("spec", "cli")
#: a path such as `data.split`, but not the name of a file such as `model.npz`
CONFIG_PATH = re.compile(
    r"(?<![\w./<-])(data|task|model|optimizer|regularization|training|evaluation)\."
    r"(?!npz|npy|csv|txt|json|yaml|safetensors|parquet)[a-z_]+"
)
COMMAND = re.compile(r"(?<![\w.])dlcli (train|eval|predict|score|sample|resume|sweep|show|runs|list|config)\b")
OPTION = re.compile(r"--(set|epochs|json|runs-dir|param|trials|yes|debug|fail-under|output|split)\b")


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module that is not documentation."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def knowing(package: Path) -> list[str]:
    """The places below the assembly that name a path of a config or a command."""
    return [
        f"{file.relative_to(package)}:{line} {match.group()}"
        for file in sorted(package.rglob("*.py"))
        if (part := file.relative_to(package).parts[0]) in LAYER_OF and part not in KNOWING
        if LAYER_OF[part] < LAYER_OF["assembly"]
        for line, text in texts(file)
        for pattern in (CONFIG_PATH, COMMAND, OPTION)
        for match in pattern.finditer(text)
    ]


def test_nothing_below_the_assembly_knows_configs_or_commands() -> None:
    assert knowing(PACKAGE) == []


def test_the_check_sees_what_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "spec").mkdir()
    (tmp_path / "data" / "splits.py").write_text('"""data.split"""\nKEY = f"data.split.{1}"\nFILE = "data.npz"\n')
    (tmp_path / "data" / "more.py").write_text('A = "try --set"\nB = "`dlcli resume` goes on"\n')
    (tmp_path / "spec" / "more.py").write_text('A = "data.split"\n')
    assert knowing(tmp_path) == ["data/more.py:1 --set", "data/more.py:2 dlcli resume", "data/splits.py:2 data.split"]
