"""Every command that takes a run accepts its name."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dlcli.runs import RunFolder
from tests.cli.conftest import Run


@pytest.fixture
def twice(folder: Path, finished: str) -> tuple[str, str]:
    """Ids of two finished runs with the name points, older first; a third run is damaged."""
    newer = "29990101T000000Z-points-ffffff"
    shutil.copytree(folder / "runs" / finished, folder / "runs" / newer)
    copy = RunFolder(folder / "runs" / newer)
    copy.write_record(replace(copy.record(), id=newer))
    (folder / "runs" / "29990102T000000Z-points-eeeeee").mkdir()
    (folder / "runs" / "29990102T000000Z-points-eeeeee" / "run.json").write_text("{")
    return finished, newer


@pytest.mark.parametrize(
    "command",
    [
        ["eval", "points"],
        ["predict", "points", "points.csv"],
        ["show", "points"],
        ["resume", "points", "--epochs", "11"],
        ["runs", "show", "points"],
        ["runs", "compare", "points", "points"],
    ],
    ids=" ".join,
)
def test_a_name_is_a_run(run: Run, folder: Path, finished: str, command: list[str]):
    outcome = run(*command, "--json")
    assert outcome.code == 0
    assert outcome.stderr == "" or command[0] == "resume"


@pytest.mark.parametrize(
    ("command", "key"),
    [(["eval", "points"], "run"), (["predict", "points", "points.csv"], "run"), (["runs", "show", "points"], "id")],
)
def test_the_newest_of_several_runs_is_used_and_named(run: Run, twice: tuple[str, str], command: list[str], key: str):
    outcome = run(*command, "--json")
    assert outcome.document[key] == twice[1]
    assert twice[1] in outcome.stderr
    quiet = run("eval", "points", "--json", "--quiet")
    assert (quiet.document["run"], quiet.stderr) == (twice[1], "")
    assert run("eval", twice[0], "--json").stderr == ""


def test_an_ambiguous_name_removes_no_run(run: Run, folder: Path, twice: tuple[str, str]):
    outcome = run("runs", "rm", "points", "--yes", "--json")
    assert (outcome.code, outcome.document["error"]["kind"]) == (2, "config")
    assert run("runs", "rm", twice[0], "--yes", "--json").document["removed"] == [twice[0]]
    assert run("runs", "rm", "points", "points", "--yes", "--json").document["removed"] == [twice[1]]


def test_an_unknown_name_has_the_nearest_match(run: Run, finished: str):
    outcome = run("eval", "pionts")
    assert outcome.code == 2
    assert "points?" in outcome.stderr
