"""Shell completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "configs").mkdir()
    for file in ("configs/iris.yaml", "configs/notes.txt", "mlp.yml", ".hidden.yaml"):
        (tmp_path / file).touch()
    for run in ("20260101T000000Z-iris-aaaaaa", "20260102T000000Z-iris-bbbbbb"):
        (tmp_path / "runs" / run).mkdir(parents=True)
        (tmp_path / "runs" / run / "run.json").write_text("{}")
    for sweep in ("20260103T000000Z-search-cccccc", "20260104T000000Z-search-dddddd"):
        (tmp_path / "runs" / sweep).mkdir(parents=True)
        (tmp_path / "runs" / sweep / "sweep.json").write_text("{}")
    return tmp_path


def complete(folder: Path, line: str) -> list[str]:
    """Return the completions that bash offers after `line`."""
    words = line.split(" ")
    environment = os.environ | {
        "_DLCLI_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from dlcli.cli.main import main; sys.exit(main())"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_commands(folder):
    assert complete(folder, "dlcli gra") == ["gradcheck", "gradients"]


def test_config_files(folder):
    assert complete(folder, "dlcli train ") == ["configs/", "mlp.yml", "runs/"]
    assert complete(folder, "dlcli train configs/") == ["configs/iris.yaml"]


def test_runs_the_newest_first(folder):
    ids = ["20260102T000000Z-iris-bbbbbb", "20260101T000000Z-iris-aaaaaa"]
    assert complete(folder, "dlcli resume 2026") == ids


def test_registered_names(folder):
    assert complete(folder, "dlcli list opt") == ["optimizer"]
    optimizers = complete(folder, "dlcli list optimizer ad")
    assert "adam" in optimizers
    datasets = complete(folder, "dlcli config init a.yaml --dataset dig")
    assert datasets == ["digits"]


def test_sweeps_the_newest_first(folder):
    ids = ["20260104T000000Z-search-dddddd", "20260103T000000Z-search-cccccc"]
    for command in ("status", "resume", "retry-failed", "best", "export-config"):
        assert complete(folder, f"dlcli sweep {command} 2026") == ids


def test_a_sweep_is_started_with_a_file_or_a_command(folder):
    commands = ["status", "resume", "retry-failed", "best", "export-config"]
    assert complete(folder, "dlcli sweep ") == [*commands, "configs/", "mlp.yml", "runs/"]
    assert complete(folder, "dlcli sweep re") == ["resume", "retry-failed"]
    assert complete(folder, "dlcli sweep configs/") == ["configs/iris.yaml"]


def test_the_options_of_a_sweep_before_and_after_its_file(folder):
    assert complete(folder, "dlcli sweep --tr") == ["--trials"]
    command = "dlcli sweep mlp.yml"
    assert complete(folder, f"{command} --se") == ["--search", "--seed", "--set"]
    assert "grid" in complete(folder, f"{command} --search g")


def test_topics_of_the_guide(folder):
    assert complete(folder, "dlcli guide tr") == ["transfer"]


def test_damaged_runs_are_offered_as_they_are_listed(folder):
    """A record that is not JSON, empty, a folder, a link to nothing or a pipe is still that of a run."""
    runs = folder / "runs"
    ids = [f"20270101T00000{number}Z-iris-eeeeee" for number in range(5)]
    for id in ids:
        (runs / id).mkdir()
    (runs / ids[0] / "run.json").write_bytes(b"\xff{")
    (runs / ids[1] / "run.json").touch()
    (runs / ids[2] / "run.json").mkdir()
    (runs / ids[3] / "run.json").symlink_to(folder / "nowhere")
    os.mkfifo(runs / ids[4] / "run.json")
    (runs / "20270102T000000Z-iris-ffffff").mkdir()
    (runs / "loop").symlink_to("loop")
    assert complete(folder, "dlcli resume 2027") == ids[::-1]


def test_what_cannot_be_listed_is_not_completed(folder):
    for line in (
        f"dlcli train {'x' * 300}/",
        f"dlcli resume --runs-dir {'x' * 300} 2",
        "dlcli eval --runs-dir mlp.yml 2",
    ):
        assert complete(folder, line) == []
