from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dlcli.core import DivergedError, RunInterruptedError, StorageError
from dlcli.runs import RunFolder, RunRecord, Status, recording


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    folder = RunFolder.create(tmp_path, "x")
    with folder.locked():
        yield folder


@pytest.fixture
def record(folder: RunFolder) -> RunRecord:
    return RunRecord(id=folder.id, name="x", seed=0, command=("dlcli",), data={}, started="2026-01-01T00:00:00Z")


def test_a_run_without_an_error_is_done(folder: RunFolder, record: RunRecord) -> None:
    with recording(folder, record) as session:
        assert folder.record().status == "running"
        assert folder.process() is not None
        session.metrics = {"dev/error": 0.25}
    ended = folder.record()
    assert (ended.status, ended.exit_code, ended.metrics) == ("done", 0, {"dev/error": 0.25})


@pytest.mark.parametrize(
    ("error", "status", "exit_code"),
    [
        (DivergedError("loss is nan"), "diverged", 5),
        (RunInterruptedError("stopped", signal_number=15), "interrupted", 143),
        (KeyboardInterrupt(), "interrupted", 130),
        (StorageError("disk full"), "failed", 1),
        (ZeroDivisionError("a bug"), "failed", 1),
    ],
)
def test_the_outcome_is_recorded(
    folder: RunFolder, record: RunRecord, error: BaseException, status: Status, exit_code: int
) -> None:
    with pytest.raises(type(error)), recording(folder, record):
        raise error
    ended = folder.record()
    assert (ended.status, ended.exit_code) == (status, exit_code)
    assert ended.error is not None
    assert status in folder.read_text("train.log")


def test_a_record_that_cannot_be_written_does_not_hide_the_error(
    folder: RunFolder, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise StorageError("another")

    with pytest.raises(StorageError, match=r"^first$"), recording(folder, record):
        monkeypatch.setattr(RunFolder, "write_record", full)
        monkeypatch.setattr(RunFolder, "log", full)
        raise StorageError("first")


@pytest.mark.parametrize("vanish", [shutil.rmtree, lambda path: path.rename(path.with_name("moved"))])
def test_a_removed_folder_is_not_created_again(
    folder: RunFolder, record: RunRecord, vanish: Callable[[Path], object]
) -> None:
    with pytest.raises(StorageError) as caught, recording(folder, record):
        vanish(folder.path)
        folder.append_metrics({"kind": "epoch", "epoch": 1})
    assert caught.value.file == str(folder.path)
    assert not folder.path.exists()


def test_a_replaced_folder_is_not_changed(folder: RunFolder, record: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(StorageError), recording(folder, record):
        folder.path.rename(tmp_path / "moved")
        shutil.copytree(tmp_path / "moved", folder.path)
    assert folder.record().status == "running"
    assert sorted(path.name for path in folder.path.iterdir()) == [".lock", "run.json"]
