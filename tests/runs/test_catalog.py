from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.errors import ConfigError, StorageError
from dlcli.runs import RunFolder, RunRecord, find, list_runs, newest_named, recording, remove


def make(root: Path, id: str, metrics: dict[str, float | None] | None = None) -> RunFolder:
    folder = RunFolder(root / id)
    folder.path.mkdir(parents=True)
    record = RunRecord(id=id, name="x", seed=0, command=("dlcli",), data={}, started="2026-01-01T00:00:00Z")
    folder.write_record(record.end("done", 0, metrics=metrics or {}, error=None))
    return folder


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "runs") == []
    older = make(tmp_path, "20260101T000000Z-a-111111", {"dev/error": 0.5})
    make(tmp_path, "20260102T000000Z-b-222222")
    (tmp_path / "not-a-run").mkdir()
    older.append_metrics({"kind": "step", "epoch": 9})
    older.append_metrics({"kind": "epoch", "epoch": 4})
    rows = list_runs(tmp_path)
    assert [row.id for row in rows] == ["20260102T000000Z-b-222222", "20260101T000000Z-a-111111"]
    assert (rows[1].status, rows[1].epochs, rows[1].metrics) == ("done", 4, {"dev/error": 0.5})


def test_a_run_whose_process_is_gone_is_killed_not_running(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    record = folder.record().resume(["again"])
    folder.write_record(record)
    assert list_runs(tmp_path)[0].status == "killed"
    with folder.locked(), recording(folder, record):
        assert list_runs(tmp_path)[0].status == "running"


def test_a_damaged_record_is_shown_as_such(tmp_path: Path) -> None:
    make(tmp_path, "a").write_text("run.json", "{")
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]


@pytest.mark.parametrize("text", ["[]", "1", "null", '{"id": null}', "\udcff"])
def test_a_record_that_is_not_one_is_damaged(tmp_path: Path, text: str) -> None:
    make(tmp_path, "a").write_bytes("run.json", text.encode("utf-8", "surrogateescape"))
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]
    with pytest.raises(StorageError, match=r"run\.json"):
        RunFolder(tmp_path / "a").record()


@pytest.mark.parametrize("line", ["[]", "{", "1"])
def test_damaged_metrics_are_shown_as_such(tmp_path: Path, line: str) -> None:
    folder = make(tmp_path, "a")
    folder.write_text("metrics.jsonl", f'{line}\n{{"kind": "epoch", "epoch": 1}}\n')
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]


def test_somebody_elses_run_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "mine")
    make(tmp_path, "theirs")
    reachable = Path.is_file

    def is_file(path: Path) -> bool:
        if "theirs" in path.parts:
            raise PermissionError(13, "Permission denied", str(path))
        return reachable(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    assert {row.id for row in list_runs(tmp_path)} == {"mine", "theirs"}
    assert find(tmp_path, "mine").id == "mine"


def test_a_name_that_is_too_long_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no run"):
        find(tmp_path, "a" * 300)


def test_a_run_is_found_by_path_id_or_prefix(tmp_path: Path) -> None:
    one = make(tmp_path, "20260101T000000Z-a-111111")
    make(tmp_path, "20260101T000000Z-b-222222")
    make(tmp_path, "20260101T000000Z-b-222222-longer")
    assert find(tmp_path, str(one.path)).id == one.id
    assert find(tmp_path / "elsewhere", str(one.path)).id == one.id
    assert find(tmp_path, "20260101T000000Z-a").id == one.id
    assert find(tmp_path, "20260101T000000Z-b-222222").id == "20260101T000000Z-b-222222"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026", "ambiguous: 20260102T000000Z-b-222222, 20260101T000000Z-a-111111"),
        ("20260101T000000Z-a-111112", "did you mean 20260101T000000Z-a-111111"),
        ("zzz", "`dlcli runs list`"),
        ("", "no run ''"),
    ],
)
def test_a_run_that_is_not_found_has_a_hint(tmp_path: Path, text: str, message: str) -> None:
    make(tmp_path, "20260101T000000Z-a-111111")
    make(tmp_path, "20260102T000000Z-b-222222")
    with pytest.raises(ConfigError, match=message):
        find(tmp_path, text)


def test_removing_refuses_a_run_in_training(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    with folder.locked(), pytest.raises(ConfigError, match="being trained by process"):
        remove(folder)
    assert folder.path.exists()
    remove(folder)
    assert not folder.path.exists()


def test_the_newest_run_of_a_name_that_is_done(tmp_path: Path) -> None:
    make(tmp_path, "20260101T000000Z-x-111111")
    newest = make(tmp_path, "20260102T000000Z-x-222222")
    failed = make(tmp_path, "20260103T000000Z-x-333333")
    failed.write_record(failed.record().end("failed", 1, metrics={}, error=None))
    found = newest_named(tmp_path, "x")
    assert found is not None
    assert found.id == newest.id
    assert newest_named(tmp_path, "y") is None
