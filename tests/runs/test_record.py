from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dlcli.runs import RunRecord
from dlcli.runs.record import git_commit
from dlcli.strict_json import dumps


def begin(folder: Path) -> RunRecord:
    return RunRecord.begin(
        id="r", name="n", seed=3, command=["dlcli", "train"], data={"a.csv": "00ff"}, git_commit=git_commit(folder)
    )


def test_it_says_what_a_result_depends_on(tmp_path: Path) -> None:
    record = begin(tmp_path)
    assert record.status == "running"
    assert record.exit_code is None
    assert record.versions["numpy"] == np.__version__
    assert record.host["cpu_count"] == os.cpu_count()
    assert record.host["process_id"] == os.getpid()
    assert record.started.endswith("Z")


def test_it_survives_json(tmp_path: Path) -> None:
    record = begin(tmp_path).resume(["dlcli", "resume", "r"])
    ended = record.end("diverged", 5, metrics={"dev/error": 0.5}, error={"kind": "diverged"})
    read = RunRecord.from_json(json.loads(dumps(ended.to_json())) | {"added_later": 1})
    assert read == ended
    assert read.resumed == (("dlcli", "resume", "r"),)


def test_resuming_clears_the_end(tmp_path: Path) -> None:
    ended = begin(tmp_path).end("interrupted", 130, metrics={}, error={"kind": "interrupted"})
    assert ended.ended is not None
    resumed = ended.resume(["dlcli", "resume", "r"])
    assert (resumed.status, resumed.exit_code, resumed.ended, resumed.error) == ("running", None, None, None)
    assert resumed.started == ended.started


def test_the_commit_is_the_one_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit(tmp_path) is None
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@t"]
    (tmp_path / "a").write_text("1")
    for command in (["init", "--quiet"], ["add", "a"], ["commit", "--quiet", "--message", "a"]):
        subprocess.run([*git, *command], check=True)
    commit = git_commit(tmp_path)
    assert commit is not None
    assert len(commit) == 40
    (tmp_path / "a").write_text("2")
    assert git_commit(tmp_path) == f"{commit}-dirty"


def test_no_git_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit(tmp_path) is None
