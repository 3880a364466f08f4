from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlcli.core import ConfigError, StorageError
from dlcli.runs import RunFolder, prepare_path, storage


def test_a_new_run_has_its_own_folder(tmp_path: Path) -> None:
    one, two = RunFolder.create(tmp_path / "runs", "digits"), RunFolder.create(tmp_path / "runs", "digits")
    assert one.path != two.path
    assert re.fullmatch(r"\d{8}T\d{6}Z-digits-[0-9a-f]{6}", one.id)


def test_an_existing_folder_is_never_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = iter(["aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr("secrets.token_hex", lambda size: next(tokens) if size == 3 else "partial")
    first, second = RunFolder.create(tmp_path, "x"), RunFolder.create(tmp_path, "x")
    assert first.id.endswith("aaaaaa")
    assert second.id.endswith("bbbbbb")


def test_a_root_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(StorageError) as caught:
        RunFolder.create(tmp_path / "runs", "x")
    assert (caught.value.file, caught.value.code) == (str(tmp_path / "runs"), "io_error")


def test_another_folder_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"run\.json") as caught:
        RunFolder.open(tmp_path)
    assert caught.value.code == "unknown_run"


def test_json_is_strict_and_arrays_are_read_exactly(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_json("report/report.json", {"error": float("nan"), "count": np.int64(3)})
    assert folder.read_json("report/report.json") == {"error": None, "count": 3}
    arrays = {"train": np.arange(5), "dev": np.array([7, 9])}
    folder.write_arrays("splits.npz", arrays)
    read = folder.read_arrays("splits.npz")
    assert {name: (array.tolist(), array.dtype) for name, array in read.items()} == {
        name: (array.tolist(), array.dtype) for name, array in arrays.items()
    }


def test_damaged_files_are_named(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_text("a.json", "{")
    folder.write_text("a.npz", "{")
    for read in (folder.read_json, folder.read_arrays, folder.read_text):
        with pytest.raises(StorageError) as caught:
            read("absent")
        assert (caught.value.file, caught.value.code) == (str(tmp_path / "absent"), "io_error")
    folder.write_json("run.json", {"id": "only"})
    for name, call in {
        "a.json": lambda: folder.read_json("a.json"),
        "a.npz": lambda: folder.read_arrays("a.npz"),
        "run.json": folder.record,
    }.items():
        with pytest.raises(StorageError) as caught:
            call()
        assert (caught.value.file, caught.value.code) == (str(tmp_path / name), "damaged_file")


@pytest.mark.parametrize(
    "damage", [lambda it: it[: len(it) // 2], lambda it: it.replace(it[120:124], b"\xff\x00\xff\x00")]
)
def test_a_damaged_archive_is_named(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    folder = RunFolder(tmp_path)
    folder.write_arrays("splits.npz", {"train": np.arange(500)})
    folder.write_bytes("splits.npz", damage(folder.read_bytes("splits.npz")))
    with pytest.raises(StorageError) as caught:
        folder.read_arrays("splits.npz")
    assert caught.value.file == str(tmp_path / "splits.npz")


def test_bytes_that_are_not_utf_8_are_damaged(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_bytes("config.yaml", b"\xff\xfe\xff")
    with pytest.raises(StorageError) as caught:
        folder.read_text("config.yaml")
    assert (caught.value.file, caught.value.code) == (str(tmp_path / "config.yaml"), "damaged_file")


def test_metrics_are_truncated_to_a_checkpoint(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.append_metrics({"kind": "epoch", "epoch": 1, "train/loss": float("inf")})
    size, checksum = folder.metrics_file.state()
    folder.append_metrics({"kind": "epoch", "epoch": 2})
    folder.metrics_file.truncate(size)
    assert folder.metrics() == [{"kind": "epoch", "epoch": 1, "train/loss": None}]
    assert folder.metrics_file.state() == (size, checksum)


LINKED = ["run.json", "train.log", "metrics.jsonl", ".lock", "report", "report/report.md", "checkpoints", "predictions"]
LINKED += ["checkpoints/last.json", "checkpoints/epoch-0001", "predictions/dev.jsonl", "report/filters-conv.png"]


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe"])
@pytest.mark.parametrize("name", LINKED)
def test_a_folder_with_links_to_outside_is_refused_before_writing(tmp_path: Path, name: str, kind: str) -> None:
    folder = RunFolder.create(tmp_path / "runs", "x")
    victim = tmp_path / "victim"
    victim.mkdir()
    place = folder.path / name
    place.parent.mkdir(exist_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(victim if kind == "link" else tmp_path / "absent", target_is_directory=True)
    before = sorted(folder.path.rglob("*"))
    with pytest.raises(StorageError) as caught, folder.locked():
        pass
    assert caught.value.file == str(place)
    if name != ".lock":
        with pytest.raises(StorageError):
            folder.write_bytes(name if place.suffix else f"{name}/a", b"x")
    assert not list(victim.iterdir())
    assert not (tmp_path / "absent").exists()
    assert {*folder.path.rglob("*")} - {*before} <= {folder.path / ".lock"}


def test_a_link_to_a_run_and_foreign_links_in_it_are_allowed(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "runs", "x")
    (tmp_path / "other").mkdir()
    (folder.path / "other").symlink_to(tmp_path / "other")
    (tmp_path / "alias").symlink_to(folder.path)
    alias = RunFolder(tmp_path / "alias")
    with alias.locked():
        alias.log("started")
    assert (folder.path / "train.log").exists()


def test_a_folder_is_created_atomically_and_leftovers_are_removed(tmp_path: Path) -> None:
    abandoned = storage.partial_name(tmp_path / "killed")
    abandoned.mkdir()
    os.utime(abandoned, (0, 0))
    RunFolder.create_at(prepare_path(tmp_path, "x"), {"run.json": b"{}"})
    assert not abandoned.exists()
    [folder] = tmp_path.iterdir()
    assert [path.name for path in folder.iterdir()] == ["run.json"]


def test_an_unfinished_folder_of_another_process_is_not_removed(tmp_path: Path) -> None:
    young = storage.partial_name(tmp_path / "young")
    young.mkdir()
    old = storage.partial_name(tmp_path / "old")
    old.mkdir()
    descriptor = os.open(old, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.utime(old, (0, 0))
        prepare_path(tmp_path, "x")
        assert sorted(tmp_path.iterdir()) == sorted([young, old])
    finally:
        os.close(descriptor)


def test_leftovers_in_a_folder_are_removed_when_it_is_locked(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "x")
    folder.write_text("predictions/dev.jsonl", "")
    for name in ("run.json", "predictions/test.jsonl", "checkpoints/epoch-0001"):
        (folder.path / name).parent.mkdir(exist_ok=True)
        storage.partial_name(folder.path / name).mkdir()
    with folder.locked():
        assert not [path for path in folder.path.rglob("*") if storage.is_partial(path.name)]
    assert (folder.path / "predictions/dev.jsonl").exists()


def test_the_log_is_plain_lines_with_utc_times(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.log("started")
    folder.log("disk full", "WARNING")
    lines = folder.read_text("train.log").splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z INFO started", lines[0])
    assert lines[1].endswith("Z WARNING disk full")
