from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.errors import ConfigError, DivergedError, RunInterruptedError, StorageError
from dlcli.runs import RunFolder, RunRecord, Status, recording
from dlcli.runs.storage import partial_name


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path, "x")


@pytest.fixture
def record(folder: RunFolder) -> RunRecord:
    return RunRecord(id=folder.id, name="x", seed=0, command=("dlcli",), data={}, started="2026-01-01T00:00:00Z")


def test_a_run_that_ends_well_is_done(folder: RunFolder, record: RunRecord) -> None:
    with recording(folder, record) as session:
        assert folder.record().status == "running"
        assert folder.process() is not None
        session.metrics = {"dev/error": 0.25}
    ended = folder.record()
    assert (ended.status, ended.exit_code, ended.metrics) == ("done", 0, {"dev/error": 0.25})
    assert folder.process() is None


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
def test_how_it_ended_is_recorded(
    folder: RunFolder, record: RunRecord, error: BaseException, status: Status, exit_code: int
) -> None:
    with pytest.raises(type(error)), recording(folder, record):
        raise error
    ended = folder.record()
    assert (ended.status, ended.exit_code) == (status, exit_code)
    assert ended.error is not None
    assert status in folder.read_text("train.log")


def test_a_disk_too_full_for_the_record_does_not_hide_the_error(
    folder: RunFolder, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise StorageError("another")

    with pytest.raises(StorageError, match=r"^first$"), recording(folder, record):
        monkeypatch.setattr(RunFolder, "write_record", full)
        monkeypatch.setattr(RunFolder, "log", full)
        raise StorageError("first")


def test_two_processes_cannot_train_in_one_folder(folder: RunFolder, record: RunRecord) -> None:
    with (
        recording(folder, record),
        pytest.raises(ConfigError, match="in use by process"),
        recording(folder, record.resume(["again"])),
    ):
        pass
    assert folder.record().resumed == ()


def test_what_a_kill_left_half_written_is_cleared(folder: RunFolder, record: RunRecord) -> None:
    partial = partial_name(folder.path / "run.json")
    partial.write_text("{")
    with recording(folder, record):
        assert not partial.exists()
