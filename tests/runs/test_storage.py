from __future__ import annotations

import os
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from dlcli.core import StorageError
from dlcli.runs import storage


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_replaced(tmp_path: Path) -> None:
    storage.write_bytes(tmp_path / "deep" / "a.json", b"first")
    storage.write_bytes(tmp_path / "deep" / "a.json", b"second")
    assert (tmp_path / "deep" / "a.json").read_bytes() == b"second"
    assert names(tmp_path / "deep") == ["a.json"]


def test_the_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def recorded_fsync(descriptor: int) -> None:
        events.append("fsync")
        fsync(descriptor)

    def recorded_replace(self: Path, target: Path) -> Path:
        events.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(Path, "replace", recorded_replace)
    storage.write_bytes(tmp_path / "a", b"x")
    assert events == ["fsync", "rename", "fsync"]  # the file, its name, the entries of the folder


def test_several_files_are_replaced_together(tmp_path: Path) -> None:
    storage.write_files(tmp_path, {"a": b"1", "b": b"2"})
    storage.write_files(tmp_path, {"a": b"3"})
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == {"a": b"3", "b": b"2"}


def no_space(*arguments: Any, **options: Any) -> None:
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_an_error_without_leftovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    storage.write_bytes(path, b"before")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(StorageError) as caught:
        storage.write_bytes(path, b"after")
    assert (caught.value.file, caught.value.code) == (str(path), "io_error")
    assert "no space left" in caught.value.message
    assert path.read_bytes() == b"before"
    with pytest.raises(StorageError):
        storage.write_folder(tmp_path / "b", {"x": b"1"})
    assert names(tmp_path) == ["a"]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(StorageError, match="too large"):
            storage.write_bytes(tmp_path / "a", bytes(10_000))
        with pytest.raises(StorageError, match="too large"):
            storage.write_folder(tmp_path / "b", {"small": b"1", "large": bytes(10_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert names(tmp_path) == []


def test_a_file_cannot_be_written_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError) as caught:
        storage.write_bytes(tmp_path / "file" / "a", b"x")
    assert caught.value.code == "io_error"


def test_a_folder_is_created_with_its_files_and_never_replaced(tmp_path: Path) -> None:
    storage.write_folder(tmp_path / "b", {"x": b"1", "y": b"2"})
    assert {name: (tmp_path / "b" / name).read_bytes() for name in names(tmp_path / "b")} == {"x": b"1", "y": b"2"}
    with pytest.raises(StorageError):
        storage.write_folder(tmp_path / "b", {"x": b"3"})
    assert (tmp_path / "b" / "x").read_bytes() == b"1"
    assert names(tmp_path) == ["b"]


def test_leftovers_of_a_kill_are_removed(tmp_path: Path) -> None:
    storage.partial_name(tmp_path / "a").write_bytes(b"half")
    storage.partial_name(tmp_path / "b").mkdir()
    (tmp_path / "c").write_bytes(b"whole")
    assert len(storage.remove_partials(tmp_path)) == 2
    assert names(tmp_path) == ["c"]


def test_a_folder_is_removed(tmp_path: Path) -> None:
    storage.write_folder(tmp_path / "b", {"x": b"1"})
    storage.remove_folder(tmp_path / "b")
    assert names(tmp_path) == []
    with pytest.raises(StorageError) as caught:
        storage.remove_folder(tmp_path / "b")
    assert caught.value.file == str(tmp_path / "b")


def test_only_durable_files_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(storage, "flush", flushed.extend)
    storage.write_bytes(tmp_path / "a", b"1", durable=False)
    storage.write_folder(tmp_path / "b", {"c": b"2"}, durable=False)
    assert not flushed
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b/c").read_bytes()) == (b"1", b"2")
    storage.write_bytes(tmp_path / "a", b"3")
    storage.write_folder(tmp_path / "d", {"c": b"2"})
    assert (len(flushed), flushed.count(tmp_path)) == (5, 2)
