from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlcli.core import ConfigError, StorageError
from dlcli.runs import (
    RunFolder,
    RunRecord,
    UnknownRunError,
    find,
    list_runs,
    named_runs,
    positive_classes_of,
    recording,
    remove,
)


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


def test_a_running_run_without_a_process_was_killed(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    record = folder.record().resume(["again"])
    folder.write_record(record)
    assert list_runs(tmp_path)[0].status == "killed"
    with folder.locked(), recording(folder, record):
        assert list_runs(tmp_path)[0].status == "running"


def test_a_run_with_a_damaged_record_is_damaged(tmp_path: Path) -> None:
    make(tmp_path, "a").write_text("run.json", "{")
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]


@pytest.mark.parametrize("text", ["[]", "1", "null", '{"id": null}', "\udcff"])
def test_a_file_that_is_not_a_record_is_damaged(tmp_path: Path, text: str) -> None:
    make(tmp_path, "a").write_bytes("run.json", text.encode("utf-8", "surrogateescape"))
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]
    with pytest.raises(StorageError, match=r"run\.json"):
        RunFolder(tmp_path / "a").record()


@pytest.mark.parametrize("line", ["[]", "{", "1"])
def test_a_run_with_damaged_metrics_is_damaged(tmp_path: Path, line: str) -> None:
    folder = make(tmp_path, "a")
    folder.write_text("metrics.jsonl", f'{line}\n{{"kind": "epoch", "epoch": 1}}\n')
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]


def test_the_unreadable_run_of_another_user_does_not_hide_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "mine")
    make(tmp_path, "theirs")

    def deny(function: Callable[..., Any]) -> Callable[..., Any]:
        def denying(path: Path, *args: Any, **options: Any) -> Any:
            if "theirs" in Path(path).parts[:-1]:
                raise PermissionError(13, "Permission denied", str(path))
            return function(path, *args, **options)

        return denying

    monkeypatch.setattr(Path, "lstat", deny(Path.lstat))
    monkeypatch.setattr(os, "open", deny(os.open))
    assert {row.id: row.status for row in list_runs(tmp_path)} == {"mine": "done", "theirs": "damaged"}
    assert find(tmp_path, "mine").id == "mine"


def test_a_name_that_is_too_long_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(UnknownRunError):
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
    ("text", "near"),
    [("20260101T000000Z-a-111112", "20260101T000000Z-a-111111"), ("zzz", None), ("", None)],
)
def test_the_nearest_id_is_suggested(tmp_path: Path, text: str, near: str | None) -> None:
    make(tmp_path, "20260101T000000Z-a-111111")
    make(tmp_path, "20260102T000000Z-b-222222")
    with pytest.raises(UnknownRunError) as caught:
        find(tmp_path, text)
    assert (caught.value.near, caught.value.code) == (near, "unknown_run")


def test_the_beginning_of_several_ids_is_ambiguous(tmp_path: Path) -> None:
    ids = [make(tmp_path, id).id for id in ("20260101T000000Z-a-111111", "20260102T000000Z-b-222222")]
    with pytest.raises(ConfigError) as caught:
        find(tmp_path, "2026")
    assert caught.value.code == "ambiguous_name"
    assert all(id in caught.value.message for id in ids)


def test_a_run_in_training_is_not_removed(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    with folder.locked(), pytest.raises(ConfigError, match=str(os.getpid())) as caught:
        remove(folder)
    assert caught.value.code == "in_use"
    assert folder.path.exists()
    remove(folder)
    assert not folder.path.exists()


def test_a_name_refers_to_the_newest_run_that_is_done(tmp_path: Path) -> None:
    make(tmp_path, "20260101T000000Z-x-111111")
    newest = make(tmp_path, "20260102T000000Z-x-222222")
    failed = make(tmp_path, "20260103T000000Z-x-333333")
    failed.write_record(failed.record().end("failed", 1, metrics={}, error=None))
    make(tmp_path, "20260104T000000Z-x-444444").write_text("run.json", "{")
    make(tmp_path, "20260105T000000Z-x-555555").write_text("run.json", '{"id": 1, "name": ["x"]}')
    newest.write_text("metrics.jsonl", "\0")
    assert find(tmp_path, "x").id == newest.id
    assert find(tmp_path, "x", is_done=False).id == failed.id
    assert [folder.id[-1] for folder in named_runs(tmp_path, "x")] == ["3", "2", "1"]
    assert named_runs(tmp_path, "y") == []


def test_a_name_without_a_run_that_is_done_is_an_error(tmp_path: Path) -> None:
    folder = make(tmp_path, "20260101T000000Z-x-111111")
    folder.write_record(folder.record().end("interrupted", 130, metrics={}, error=None))
    with pytest.raises(ConfigError, match="interrupted") as caught:
        find(tmp_path, "x")
    assert caught.value.code == "missing_result"
    assert folder.id in caught.value.message


def test_an_id_precedes_a_name_and_a_name_that_begins_an_id_is_ambiguous(tmp_path: Path) -> None:
    named = make(tmp_path, "20260101T000000Z-x-111111")
    longer = make(tmp_path, "x-again")
    longer.write_record(replace(longer.record(), name="other"))
    with pytest.raises(ConfigError, match=f"{named.id}, {longer.id}") as caught:
        find(tmp_path, "x")
    assert caught.value.code == "ambiguous_name"
    own = make(tmp_path, "x")
    assert find(tmp_path, "x").path == own.path


def test_the_nearest_name_is_suggested(tmp_path: Path) -> None:
    folder = make(tmp_path, "20260101T000000Z-names-lstm-111111")
    folder.write_record(replace(folder.record(), name="names-lstm"))
    with pytest.raises(UnknownRunError) as caught:
        find(tmp_path, "names-lstn")
    assert caught.value.near == "names-lstm"


def with_field(field: str, value: object) -> bytes:
    fields = {"id": "a", "name": "x", "seed": 0, "command": ["dlcli"], "data": {}, "started": "2026-01-01T00:00:00Z"}
    return json.dumps(fields | {"status": "done"} | {field: value}).encode()


DAMAGED = [
    b"",
    b"{}",
    b"\xff\xfe",
    bytes(range(256)),
    b"[" * 50_000 + b"]" * 50_000,
    b'{"id": ' + b"9" * 5000 + b"}",
    with_field("status", 5),
    with_field("status", "finished"),
    with_field("started", "202x-01-01T00:00:00Z"),
    with_field("started", "2026-01-01T00:00:00"),
    with_field("ended", 7),
    with_field("name", ["x"]),
    with_field("name", None),
    with_field("metrics", {"dev/error": "low"}),
    with_field("metrics", [1]),
    with_field("command", 1),
    with_field("resumed", ["a", 1]),
    with_field("error", "text"),
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_run_is_listed_and_does_not_hide_others(tmp_path: Path, content: bytes) -> None:
    make(tmp_path, "20260101T000000Z-x-111111")
    damaged = make(tmp_path, "20260102T000000Z-x-222222")
    (damaged.path / "run.json").write_bytes(content)
    rows = list_runs(tmp_path)
    assert [row.status for row in rows] == ["damaged", "done"]
    assert rows[0].problem is not None
    assert str(damaged.path / "run.json") in rows[0].problem
    assert rows[1].problem is None
    assert find(tmp_path, "x").id == "20260101T000000Z-x-111111"
    with pytest.raises(StorageError):
        damaged.record()


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nothing", "device"])
def test_a_record_that_is_not_a_file_is_damaged(tmp_path: Path, kind: str) -> None:
    make(tmp_path, "b")
    record = make(tmp_path, "a").path / "run.json"
    record.unlink()
    match kind:
        case "folder":
            record.mkdir()
        case "pipe":
            os.mkfifo(record)
        case "link to nothing":
            record.symlink_to("nowhere")
        case "device":
            record.symlink_to("/dev/zero")
    assert [(row.id, row.status) for row in list_runs(tmp_path)] == [("b", "done"), ("a", "damaged")]
    assert find(tmp_path, "b").id == "b"


LINES = [b'{"kind": "epoch", "epocj": 1}', b'{"kind": "epoch", "epoch": "1"}', b'{"kind": "epoch", "epoch": 1e999}']
LINES += [b'{"kind": 1, "epoch": 1}', b'{"kind": "epoch", "epoch": null}', b"\xff"]


@pytest.mark.parametrize("line", LINES)
def test_metrics_of_the_wrong_type_are_damaged(tmp_path: Path, line: bytes) -> None:
    folder = make(tmp_path, "a")
    (folder.path / "metrics.jsonl").write_bytes(line + b"\n")
    assert [row.status for row in list_runs(tmp_path)] == ["damaged"]
    with pytest.raises(StorageError):
        folder.metrics()


def finished(root: Path) -> RunFolder:
    """A run that has ended, with a history and a report."""
    folder = make(root, "a", {"dev/error": 0.25})
    with folder.locked(), recording(folder, folder.record().resume(["again"])):
        for epoch in (1, 2):
            folder.append_metrics({"kind": "epoch", "epoch": epoch, "dev/error": 0.5 / epoch})
        (folder.path / "report").mkdir()
        folder.write_json("report/report.json", {"positive_classes": {"f1": "cancer"}})
    return folder


@pytest.mark.parametrize("file", ["run.json", "metrics.jsonl"])
def test_a_changed_bit_of_a_finished_run_is_detected_or_without_effect(tmp_path: Path, file: str) -> None:
    path = finished(tmp_path).path / file
    [row], original = list_runs(tmp_path), path.read_bytes()
    assert (row.status, row.epochs) == ("done", 2)
    for offset in range(0, len(original), 3 if file == "run.json" else 1):
        path.write_bytes(original[:offset] + bytes([original[offset] ^ 1]) + original[offset + 1 :])
        [changed] = list_runs(tmp_path)
        assert changed.status == "damaged" or changed == row, offset


def test_a_changed_report_is_refused(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    assert positive_classes_of(folder) == {"f1": "cancer"}
    folder.write_json("report/report.json", {"positive_classes": {"f1": "cancel"}})
    with pytest.raises(StorageError, match=r"report\.json"):
        positive_classes_of(folder)


def test_a_record_of_an_earlier_version_has_no_checksum(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    record = json.loads(folder.read_text("run.json"))
    del record["sha256"], record["outputs"]
    folder.write_json("run.json", record)
    (folder.path / "metrics.jsonl").write_text('{"kind": "epoch", "epoch": 7}\n')
    assert [(row.status, row.epochs) for row in list_runs(tmp_path)] == [("done", 7)]


def test_a_resumed_run_has_no_checksums_of_the_files_that_it_changes(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    assert {*folder.record().outputs} == {"metrics.jsonl", "report/report.json"}
    folder.write_record(folder.record().resume(["again"]))
    folder.append_metrics({"kind": "epoch", "epoch": 3})
    assert [(row.status, row.epochs) for row in list_runs(tmp_path)] == [("killed", 3)]


def test_a_link_and_its_target_are_not_removed(tmp_path: Path) -> None:
    real = make(tmp_path / "elsewhere", "real")
    (tmp_path / "runs").mkdir()
    alias = tmp_path / "runs/alias"
    alias.symlink_to(real.path)
    with pytest.raises(ConfigError):
        remove(find(tmp_path / "runs", "alias"))
    assert alias.is_symlink()
    assert real.record().status == "done"


@pytest.mark.parametrize("record", ["{}", "[]", '{"id": "thesis"}'])
def test_a_folder_of_another_program_is_not_removed(tmp_path: Path, record: str) -> None:
    (tmp_path / "run.json").write_text(record)
    (tmp_path / "thesis.txt").write_text("thesis")
    with pytest.raises(ConfigError):
        remove(find(tmp_path, str(tmp_path)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "thesis.txt"]


def test_only_files_that_dlcli_wrote_are_removed(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    for name in ("report/report.md", "report/other.txt", "checkpoints/epoch-0001/state.json", "predictions/dev.jsonl"):
        (folder.path / name).parent.mkdir(parents=True, exist_ok=True)
        (folder.path / name).write_text("x")
    (folder.path / "outside").symlink_to(tmp_path)
    assert {path.name for path in remove(folder)} == {"other.txt", "outside"}
    left = sorted(str(path.relative_to(folder.path)) for path in folder.path.rglob("*"))
    assert left == ["outside", "report", "report/other.txt"]
    assert list_runs(tmp_path) == []


def test_the_working_directory_can_be_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path, "a")
    monkeypatch.chdir(folder.path)
    assert find(tmp_path / "runs", ".").id == "a"
    remove(find(tmp_path / "runs", "."))
    assert list(tmp_path.iterdir()) == []
