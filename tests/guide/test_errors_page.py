"""The page on errors names every code, and the exit code of every kind."""

from __future__ import annotations

import re

from dlcli.core import DlcliError, errors
from dlcli.core.error_codes import ERROR_CODES
from dlcli.guide import read_topic
from dlcli.sweeps.runner.engine import WorkerError


def rows(heading: str) -> list[list[str]]:
    """Cells of the table below a heading, without its head."""
    section = read_topic("errors").markdown.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [
        [cell.strip(" `") for cell in row.split("|")[1:-1]] for row in re.findall(r"^\| `.*$", section, re.MULTILINE)
    ]


def test_every_code_is_explained() -> None:
    explained = {code: meaning for code, meaning, _action in rows("Codes")}
    assert explained == ERROR_CODES


def test_every_kind_has_its_exit_code() -> None:
    documented = {kind: code for kind, code, _meaning in rows("Kinds and exit codes")}
    classes = [
        WorkerError,
        *(one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, DlcliError)),
    ]
    assert {one.kind for one in classes} == set(documented)
    fixed = {one.kind: str(one.exit_code) for one in classes if one.kind not in {"interrupted", "pruned"}}
    assert fixed.items() <= documented.items()
