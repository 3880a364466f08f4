"""Progress and warnings that cannot be written do not stop a training, which records it in its log."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dlcli.cli.notes_stream import NotesStream

full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")


class Failing:
    """Stream that accepts some lines and then fails."""

    def __init__(self, error: Exception, *, takes: int = 0) -> None:
        self.error = error
        self.takes = takes
        self.lines: list[str] = []

    def write(self, text: str) -> int:
        if len(self.lines) == self.takes:
            raise self.error
        self.lines.append(text)
        return len(text)

    def flush(self) -> None:
        pass

    def fileno(self) -> int:
        raise OSError("no descriptor")


@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), OSError(5, "EIO"), ValueError("closed file")])
def test_text_that_cannot_be_written_is_discarded_and_the_reason_recorded(error: Exception) -> None:
    failing = Failing(error, takes=1)
    stream = NotesStream(failing)  # type: ignore[arg-type]  # it has the methods that are used
    assert [stream.write(text) for text in ("one", "two", "three")] == [3, 3, 5]
    assert failing.lines == ["one"]
    assert stream.failure is not None


def test_a_stream_that_blocks_once_has_not_failed() -> None:
    failing = Failing(BlockingIOError(11, "try again"))
    stream = NotesStream(failing)  # type: ignore[arg-type]  # it has the methods that are used
    stream.write("one")
    failing.takes = 5
    stream.write("two")
    assert (failing.lines, stream.failure) == (["two"], None)


def shell(command: str, *, stdout: str = "/dev/null", stderr: str = "/dev/null") -> int:
    redirected = f"{sys.executable} -m dlcli {command} > {stdout} 2> {stderr}"
    return subprocess.run(["bash", "-c", redirected], check=False).returncode


@full_disk
def test_training_continues_without_progress_output(folder: Path) -> None:
    assert shell("train config.yaml", stderr="/dev/full") == 0
    [run] = (folder / "runs").iterdir()
    assert json.loads((run / "run.json").read_text())["status"] == "done"
    warnings = [line for line in (run / "train.log").read_text().splitlines() if " WARNING " in line]
    assert len(warnings) == 1
    assert "progress" in warnings[0]
    assert "no space left" in warnings[0]


def test_the_pipe_of_the_progress_may_be_closed(folder: Path) -> None:
    assert shell("train config.yaml", stderr=">(head -1 > /dev/null)") == 0
    [run] = (folder / "runs").iterdir()
    assert json.loads((run / "run.json").read_text())["status"] == "done"


@full_disk
def test_a_result_that_cannot_be_written_is_an_error_and_the_run_is_done(folder: Path) -> None:
    assert shell("train config.yaml --quiet", stdout="/dev/full") == 1
    [run] = (folder / "runs").iterdir()
    assert json.loads((run / "run.json").read_text())["status"] == "done"
    assert (run / "report/report.json").is_file()
    assert shell(f"eval {run} --json", stderr="/dev/full") == 0
    assert shell(f"predict {run} points.csv", stderr="/dev/full") == 0
