"""`dlcli runs list|show|compare|rm`."""

from __future__ import annotations

import io

import pytest


@pytest.fixture
def second(run, finished) -> str:
    """Id of another run next to the finished one."""
    options = ("--set", "training.epochs=1", "--set", "seed=7", "--json", "--quiet")
    return str(run("train", "config.yaml", *options).document["run"])


def test_list_shows_the_newest_run_first_with_its_selection_metric(run, finished, second):
    rows = run("runs", "list", "--json").document["runs"]
    assert [row["id"] for row in rows] == [second, finished]
    assert rows[1]["best"]["metric"] == "dev/error"
    lines = run("runs", "list").stdout.splitlines()
    assert finished in lines[-1]
    assert "dev/error" in lines[-1]


def test_an_empty_folder_is_not_an_error(run, folder):
    outcome = run("runs", "list")
    assert (outcome.code, outcome.stdout) == (0, "")
    assert run("runs", "list", "--json").document == {"runs": []}


def test_show_takes_the_beginning_of_an_id(run, finished):
    outcome = run("runs", "show", finished[:16])
    assert finished in outcome.stdout
    assert "test/accuracy" in outcome.stdout


def test_compare_shows_only_what_differs(run, finished, second):
    document = run("runs", "compare", finished, second, "--json").document
    assert document["options"].pop("data.path")  # the finished run was trained in another folder
    assert document["options"] == {"seed": ["0", "7"], "training.epochs": ["10", "1"]}
    assert len(document["metrics"]["test/error"]) == 2
    (errors,) = document["errors"]
    assert (errors["first"], errors["second"]) == (finished, second)
    text = run("runs", "compare", finished, second).stdout
    assert "training.epochs" in text
    assert "verdict" in text


def test_rm_removes_the_named_runs(run, finished, second, folder):
    assert run("runs", "rm", second, "--yes").code == 0
    assert [path.name for path in (folder / "runs").iterdir()] == [finished]


def test_rm_never_removes_without_confirmation(run, finished, folder, monkeypatch):
    assert run("runs", "rm", finished).code == 2
    assert run("runs", "rm", finished, "--json").code == 2

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    assert run("runs", "rm", finished).code == 0
    assert (folder / "runs" / finished).is_dir()
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert run("runs", "rm", finished).code == 0
    assert not (folder / "runs" / finished).exists()


@pytest.mark.parametrize("command", [("show",), ("rm", "--yes"), ("compare",)])
def test_an_unknown_run_is_a_usage_error(run, finished, command):
    near = finished[:-1] + ("0" if finished[-1] != "0" else "1")
    outcome = run("runs", command[0], near, *command[1:])
    assert outcome.code == 2
    assert f"did you mean {finished}?" in outcome.stderr
