"""A command group with a default command: `dlcli sweep FILE` means `dlcli sweep run FILE`."""

from __future__ import annotations

from typing import Annotated

import pytest
import typer

from dlcli.cli import app
from dlcli.cli.default_command import DefaultCommandGroup


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Arguments that the commands of a small group were called with."""
    calls: list[tuple[object, ...]] = []
    search = typer.Typer(cls=DefaultCommandGroup, rich_markup_mode=None)

    @search.command("run", hidden=True)
    def run(
        file: Annotated[str, typer.Argument(metavar="FILE")],
        trials: Annotated[int, typer.Option("--trials", help="Number of trials.")] = 1,
        json: bool = False,
    ) -> None:
        """Search."""
        calls.append(("run", file, trials))

    @search.command("status")
    def status(name: str = "", json: bool = False) -> None:
        """Show the status."""
        calls.append(("status", name))

    group = typer.Typer(rich_markup_mode=None)
    group.add_typer(search, name="sweep")
    group.command("other")(lambda: None)
    monkeypatch.setattr(app, "command_line", lambda: group)
    return calls


@pytest.mark.parametrize(
    ("words", "call"),
    [
        (["a.yaml"], ("run", "a.yaml", 1)),
        (["a.yaml", "--trials", "3"], ("run", "a.yaml", 3)),
        (["--trials", "3", "a.yaml"], ("run", "a.yaml", 3)),
        (["--", "a.yaml"], ("run", "a.yaml", 1)),
        (["run", "a.yaml"], ("run", "a.yaml", 1)),
        (["run", "status"], ("run", "status", 1)),
        (["./status"], ("run", "./status", 1)),
        (["status"], ("status", "")),
        (["status", "--name", "x"], ("status", "x")),
    ],
)
def test_words_that_are_not_a_command_go_to_run(run, called, words, call):
    outcome = run("sweep", *words)
    assert (outcome.code, outcome.stderr) == (0, "")
    assert called == [call]


def test_a_call_without_words_lacks_a_file(run, called):
    outcome = run("sweep")
    assert outcome.code == 2
    assert "missing argument 'FILE'" in outcome.stderr


def test_the_help_shows_both_forms(run, called):
    shown = run("sweep", "--help").stdout
    first, second = shown.splitlines()[:2]
    assert first.split() == ["Usage:", "dlcli", "sweep", "[OPTIONS]", "{FILE}"]
    assert second.split() == ["dlcli", "sweep", "COMMAND", "[ARGS]..."]
    assert "--trials" in shown
    commands = shown.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in commands] == ["status"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("statsu", "did you mean dlcli sweep status?"),
        ("status.yaml", None),  # a file: `run` checks whether it exists
        ("elsewhere/status", None),
        ("something", None),
    ],
)
def test_a_misspelled_command_is_distinguished_from_a_missing_file(run, called, word, hint):
    outcome = run("sweep", word)
    assert (outcome.code == 2) == (hint is not None)
    assert hint is None or hint.split()[-1] in outcome.stderr
    assert len(called) == (hint is None)


def test_an_existing_file_is_never_a_misspelled_command(run, called, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "statsu").touch()
    assert run("sweep", "statsu").code == 0
    assert called == [("run", "statsu", 1)]


def test_an_unknown_option_is_a_usage_error(run, called):
    outcome = run("sweep", "--tirals", "3", "a.yaml")
    assert outcome.code == 2
    assert "--trials" in outcome.stderr
    assert run("sweep", "a.yaml", "--trials", "many", "--json").document["error"]["kind"] == "config"
