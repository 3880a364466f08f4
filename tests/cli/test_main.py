"""Every error of a command is one line with an exit code and, with --json, one document."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from dlcli.cli import app, main
from dlcli.core import errors


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """List with the exception that the command `fail` of a small command line raises."""
    raised: list[BaseException] = []
    fake = typer.Typer(rich_markup_mode=None)

    @fake.command("fail")
    def fail(json: bool = False) -> None:
        raise raised[0]

    @fake.command("succeed")
    def succeed() -> None: ...

    monkeypatch.setattr(app, "command_line", lambda: fake)
    monkeypatch.delenv("DLCLI_DEBUG", raising=False)
    yield raised


ENDINGS = [
    (errors.DlcliError("broke"), 1),
    (errors.ConfigError("unknown key", file="a.yaml", line=3, column=5, key="seed"), 2),
    (errors.DataError("no such file"), 3),
    (errors.GateError("too low"), 4),
    (errors.DivergedError("not finite"), 5),
    (errors.RunInterruptedError("stopped", signal_number=signal.SIGTERM), 143),
    (KeyboardInterrupt(), 130),
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs/a"), 1),
    (MemoryError(), 1),
]


@pytest.mark.parametrize(("raised", "code"), ENDINGS, ids=lambda value: type(value).__name__)
def test_every_error_is_one_line_with_its_exit_code(run, raising, raised, code):
    raising.append(raised)
    outcome = run("fail")
    assert (outcome.code, outcome.stdout) == (code, "")
    assert outcome.stderr.count("\n") == 1
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(("raised", "code"), ENDINGS, ids=lambda value: type(value).__name__)
def test_every_error_is_one_document_with_json(run, raising, raised, code):
    raising.append(raised)
    outcome = run("fail", "--json")
    assert outcome.code == code
    assert set(outcome.document["error"]) >= {"kind", "message", "file", "line", "column", "key"}
    assert outcome.stderr == ""


def test_a_place_starts_the_line_so_that_editors_find_it(run, raising):
    message = "unknown key"
    raising.append(errors.ConfigError(message, file="a.yaml", line=3, column=5, key="seed"))
    assert run("fail").stderr == f"a.yaml:3:5 seed: {message}\n"
    raising[0] = errors.ConfigError(message)
    assert run("fail").stderr == f"dlcli: {message}\n"


def test_a_bug_is_one_line_that_names_a_file_with_the_traceback(run, raising, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    raising.append(KeyError("weights"))
    outcome = run("fail")
    (log,) = tmp_path.glob("dlcli-*.log")
    assert outcome.code == 1
    assert outcome.stderr.count("\n") == 1
    assert "KeyError: 'weights'" in outcome.stderr
    assert str(log) in outcome.stderr
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_debugging_shows_the_traceback(run, raising, monkeypatch):
    raising.append(errors.DataError("no such file"))
    monkeypatch.setenv("DLCLI_DEBUG", "1")
    outcome = run("fail")
    assert outcome.code == 3
    assert "Traceback" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trian", "a.yaml"], ["trian", "train"]),
        (["train"], ["CONFIG", "dlcli train --help"]),
        (["train", "a.yaml", "--epohcs", "3"], ["--epohcs"]),
        (["resume", "a", "--epochs", "many"], ["--epochs"]),
        (["runs"], ["command", "dlcli runs --help"]),
        (["train", "a.yaml", "--set"], ["--set"]),
    ],
)
def test_a_misspelled_command_is_a_usage_error(run, arguments, words):
    outcome = run(*arguments)
    assert (outcome.code, outcome.stdout) == (2, "")
    assert outcome.stderr.count("\n") == 1
    assert all(word in outcome.stderr for word in words)
    document = run(arguments[0], "--json", *arguments[1:]).document
    assert document["error"]["kind"] == "config"


def test_without_arguments_the_help_is_shown(run):
    outcome = run()
    assert outcome.code == 0
    commands = ["train", "eval", "predict", "sample", "score", "resume", "gradcheck", "show", "filters", "gradients"]
    commands += ["list", "guide", "doctor", "sweep", "runs", "config", "data"]
    listed = outcome.stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == commands


def test_version_of_the_module(run):
    from dlcli import __version__

    assert run("--version").stdout == f"dlcli {__version__}\n"
    done = subprocess.run([sys.executable, "-m", "dlcli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"dlcli {__version__}\n"


def test_help_imports_no_large_library():
    code = "import sys; from dlcli.cli.main import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pydantic", "rich", "yaml", "sklearn", "matplotlib"} & set(done.stderr.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_printed(shell):
    environment = os.environ | {"_DLCLI_COMPLETE": f"source_{shell}"}
    done = subprocess.run([sys.executable, "-m", "dlcli"], env=environment, capture_output=True, text=True, check=True)
    assert "_DLCLI_COMPLETE" in done.stdout


def test_a_closed_pipe_is_not_an_error():
    command = f"{sys.executable} -m dlcli config schema | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (len(done.stdout), done.stderr) == (10, "")


def test_characters_that_the_terminal_lacks_are_replaced():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "dlcli", "show", "☃.yaml"], env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"?.yaml" in done.stderr


def test_only_these_modules_write_to_the_streams():
    package = Path(main.__file__).parents[1]
    writers = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if any(word in file.read_text(encoding="utf-8") for word in ("sys.stdout", "sys.stderr", "Console("))
    }
    program = {"cli/console.py", "cli/main.py", "core/library_warnings.py"}
    workers = {"sweeps/runner/worker.py"}  # its streams are a pipe to the process that started it
    redirects = {"core/component_modules.py"}  # sends what an imported module prints to stderr
    assert writers == program | workers | redirects


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["list --json", "runs rm nothing"])
def test_closed_streams_are_not_an_error(tmp_path, arguments, closed):
    command = f"exec {sys.executable} -m dlcli {arguments} {closed}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == (0 if arguments.startswith("list") else 2)
    assert "internal error" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("arguments", ["list", "list --json", "list no-such-kind --json"])
def test_output_that_cannot_be_written_is_one_line(arguments):
    command = f"{sys.executable} -m dlcli {arguments} > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no space left" in done.stderr.lower()
