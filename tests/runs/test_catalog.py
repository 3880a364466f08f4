from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.errors import ConfigError
from dlcli.runs import RunFolder, RunRecord, compare, find, list_runs, recording, remove


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
    with recording(folder, record):
        assert list_runs(tmp_path)[0].status == "running"


def test_a_damaged_record_is_shown_as_such(tmp_path: Path) -> None:
    make(tmp_path, "a").write_text("run.json", "{")
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]


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


def test_runs_are_compared_by_what_differs(tmp_path: Path) -> None:
    folders = [make(tmp_path, "a", {"dev/error": 0.5}), make(tmp_path, "b", {"dev/error": 0.25, "test/error": 0.3})]
    compared = compare(folders, [{"seed": 0, "model": {"units": 1}}, {"seed": 0, "model": {"units": 2}}])
    assert compared.runs == ["a", "b"]
    assert compared.options == {"model.units": ["1", "2"]}
    assert compared.metrics == {"dev/error": [0.5, 0.25], "test/error": [None, 0.3]}


def test_removing_refuses_a_run_in_training(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    with folder.locked(), pytest.raises(ConfigError, match="being trained by process"):
        remove(folder)
    assert folder.path.exists()
    remove(folder)
    assert not folder.path.exists()
    forced = make(tmp_path, "b")
    with forced.locked():
        remove(forced, force=True)
    assert not forced.path.exists()
