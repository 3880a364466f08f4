from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import RunInterruptedError, StorageError
from dlcli.runs import storage
from dlcli.training import CheckpointStore, checkpoint_store
from dlcli.training.checkpoint import FILES, WEIGHTS, Checkpoint
from dlcli.training.checkpoint_store import POINTERS, Pause


def contents(value: float, epoch: int = 0) -> Checkpoint:
    return Checkpoint({"w": np.full(3, value)}, {}, {"position": {"epoch": epoch, "step": 10 * epoch}})


def best(name: str) -> dict[str, Any]:
    return {"checkpoint": name, "metric": "dev/error", "value": 0.5, "violated": ["latency_ms <= 5"]}


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def refuse(message: str) -> None:
    raise AssertionError(message)


@pytest.mark.usefixtures("written_at_once")
def test_the_newest_and_the_best_stay(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path, keep=2) as store:
        for epoch in range(1, 6):
            store.save(
                f"epoch-{epoch:04d}", contents(epoch, epoch), best=best("epoch-0002" if epoch > 1 else "epoch-0001")
            )
    assert store.names() == ["epoch-0002", "epoch-0004", "epoch-0005"]
    assert json.loads((tmp_path / "best.json").read_text())["checkpoint"] == "epoch-0002"
    assert store.pointer("last") == {"checkpoint": "epoch-0005", "epoch": 5, "step": 50}
    assert [store.load_weights(which)["w"][0] for which in ("best", "last", "epoch-0004")] == [2, 5, 4]


@pytest.mark.usefixtures("written_at_once")
def test_the_middle_of_an_epoch_comes_before_its_end(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path, keep=9) as store:
        for name in ("epoch-0007", "epoch-0007-step-00000100", "epoch-0006", "epoch-0007-step-00000020"):
            store.save(name, contents(1), best=None)
    ordered = ["epoch-0006", "epoch-0007-step-00000020", "epoch-0007-step-00000100", "epoch-0007"]
    assert store.names() == ordered


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Event that every flush of the disk waits for."""
    gate, fsync = threading.Event(), os.fsync

    def busy(descriptor: int) -> None:
        gate.wait(10)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", busy)
    yield gate
    gate.set()


def written(store: CheckpointStore, name: str) -> bool:
    """Wait up to ten seconds for a checkpoint; return whether it was written."""
    deadline = time.monotonic() + 10
    while name not in store.names() and time.monotonic() < deadline:
        time.sleep(0.001)
    return name in store.names()


def test_every_checkpoint_survives_a_kill_while_the_disk_is_busy(tmp_path: Path, gate: threading.Event) -> None:
    with CheckpointStore(tmp_path, keep=2) as store:
        for epoch in range(1, 9):
            store.save(f"epoch-{epoch:04d}", contents(epoch, epoch), best=best(f"epoch-{min(epoch, 4):04d}"))
            assert written(store, f"epoch-{epoch:04d}")
        assert store.pointer("last") is None
        # flushed for the first time, the best, and the newest two
        assert store.names() == ["epoch-0001", "epoch-0004", "epoch-0007", "epoch-0008"]
        gate.set()
    assert store.names() == ["epoch-0004", "epoch-0007", "epoch-0008"]
    assert store.pointer("last") == {"checkpoint": "epoch-0008", "epoch": 8, "step": 80}
    assert store.load_weights("best")["w"][0] == 4


def test_checkpoints_of_the_pointers_are_kept_until_the_next_one_is_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, fsync = threading.Event(), os.fsync
    with CheckpointStore(tmp_path, keep=1) as store:
        store.save("epoch-0001", contents(1, 1), best=best("epoch-0001"))
        store.wait()
        monkeypatch.setattr(os, "fsync", lambda descriptor: (gate.wait(10), fsync(descriptor)))
        for epoch in (2, 3, 4):
            store.save(f"epoch-{epoch:04d}", contents(epoch, epoch), best=best(f"epoch-{epoch:04d}"))
            assert written(store, f"epoch-{epoch:04d}")
        assert [store.load_weights(which)["w"][0] for which in ("best", "last")] == [1, 1]
        gate.set()
    assert store.names() == ["epoch-0004"]
    assert [store.load_weights(which)["w"][0] for which in ("best", "last")] == [4, 4]


def test_files_that_a_checkpoint_refers_to_are_flushed_before_the_pointers_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = tmp_path / "metrics.jsonl"
    metrics.write_text("{}")
    events: list[str] = []
    flush, write_files = storage.flush, storage.write_files

    def recorded_flush(paths: Iterable[Path]) -> None:
        paths = list(paths)
        events.extend(path.name for path in paths)
        flush(paths)

    def recorded_write(folder: Path, files: Mapping[str, bytes], *, durable: bool) -> None:
        events.append("pointers")
        write_files(folder, files, durable=durable)

    monkeypatch.setattr(storage, "flush", recorded_flush)
    monkeypatch.setattr(storage, "write_files", recorded_write)
    with CheckpointStore(tmp_path / "checkpoints", refers_to=[metrics]) as store:
        store.save("epoch-0001", contents(1, 1), best=best("epoch-0001"))
    before = events[: events.index("pointers")]
    assert {"metrics.jsonl", "epoch-0001", "checkpoints", *FILES} <= {*before}


def test_a_keyboard_interrupt_does_not_wait_for_the_disk(tmp_path: Path, gate: threading.Event) -> None:
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), CheckpointStore(tmp_path) as store:
        store.save("epoch-0001", contents(1, 1), best=best("epoch-0001"))
        raise KeyboardInterrupt
    assert time.monotonic() - start < 5
    assert store.names() == ["epoch-0001"]
    assert store.is_intact("epoch-0001")


@pytest.mark.parametrize(("work", "seconds"), [(0.0, 0.0), (0.002, 0.008), (0.03, 0.1), (5.0, 0.1)])
def test_the_pause_is_four_times_the_time_of_writing_and_at_most_a_tenth_of_a_second(
    work: float, seconds: float
) -> None:
    assert checkpoint_store.WRITE_PAUSE.seconds(work) == pytest.approx(seconds)


@pytest.mark.parametrize("error", [None, RunInterruptedError("SIGTERM", signal_number=15), KeyboardInterrupt()])
def test_no_pause_delays_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException | None
) -> None:
    monkeypatch.setattr(checkpoint_store, "WRITE_PAUSE", Pause(1e9, 60.0))
    start = time.monotonic()
    with contextlib.suppress(RunInterruptedError, KeyboardInterrupt), CheckpointStore(tmp_path, keep=9) as store:
        for epoch in range(1, 5):
            store.save(f"epoch-{epoch:04d}", contents(epoch, epoch), best=best(f"epoch-{min(epoch, 3):04d}"))
            assert epoch > 1 or written(store, "epoch-0001")
        assert store.names() == ["epoch-0001"]  # the writer pauses
        if error is not None:
            raise error
    assert time.monotonic() - start < 20
    assert store.names() == ["epoch-0001", "epoch-0003", "epoch-0004"]


def test_only_the_best_and_the_newest_are_written_of_those_saved_during_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, gate, write = threading.Event(), threading.Event(), storage.write_folder

    def slow(path: Path, files: Mapping[str, bytes], *, durable: bool) -> None:
        busy.set()
        gate.wait(10)
        write(path, files, durable=durable)

    monkeypatch.setattr(storage, "write_folder", slow)
    with CheckpointStore(tmp_path, keep=9) as store:
        store.save("epoch-0001", contents(1, 1), best=best("epoch-0001"))
        busy.wait(10)
        for epoch in range(2, 7):
            store.save(f"epoch-{epoch:04d}", contents(epoch, epoch), best=best(f"epoch-{min(epoch, 4):04d}"))
        gate.set()
    assert store.names() == ["epoch-0001", "epoch-0004", "epoch-0006"]
    assert store.load_weights("best")["w"][0] == 4


@pytest.mark.usefixtures("written_at_once")
def test_a_flipped_bit_of_a_pointer_is_detected_or_has_no_effect(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path) as store:
        store.save("epoch-0001", contents(1, 1), best=best("epoch-0001"))
    for which in POINTERS:
        path, pointer = tmp_path / f"{which}.json", store.pointer(which)
        original = path.read_bytes()
        for offset in range(len(original)):
            path.write_bytes(original[:offset] + bytes([original[offset] ^ 1]) + original[offset + 1 :])
            with contextlib.suppress(StorageError):
                assert store.pointer(which) == pointer, offset
        path.write_bytes(original)


@pytest.mark.usefixtures("written_at_once")
def test_a_pointer_of_an_earlier_version_has_no_checksum(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path) as store:
        store.save("epoch-0001", contents(1, 1), best=best("epoch-0001"))
    (tmp_path / "best.json").write_text(json.dumps(best("epoch-0001")))
    assert store.pointer("best") == best("epoch-0001")


def test_a_missing_checkpoint_is_distinguished_from_a_damaged_one(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "none")
    assert store.names() == []
    assert store.load_newest(refuse) is None
    with pytest.raises(StorageError) as caught:
        store.load_weights("best")
    assert caught.value.code == "missing_checkpoint"
    with pytest.raises(StorageError) as caught:
        store.load_weights("epoch-0003")
    assert caught.value.code != "missing_checkpoint"


@pytest.mark.usefixtures("written_at_once")
def test_the_checkpoint_before_a_damaged_newest_one_is_loaded(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path, keep=3) as store:
        for epoch in (1, 2, 3):
            store.save(f"epoch-{epoch:04d}", contents(epoch, epoch), best=best("epoch-0001"))
    damaged = tmp_path / "epoch-0003" / WEIGHTS
    damaged.write_bytes(damaged.read_bytes()[:-8])
    storage.partial_name(tmp_path / "epoch-0004").mkdir()
    messages: list[str] = []
    newest = store.load_newest(messages.append)
    assert newest is not None
    assert newest.weights["w"][0] == 2
    assert len(messages) == 1
    assert str(damaged) in messages[0]
    assert names(tmp_path) == ["best.json", "epoch-0001", "epoch-0002", "last.json"]


def test_without_an_intact_checkpoint_nothing_is_removed(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path) as store:
        store.save("epoch-0001", contents(1, 1), best=None)
    (tmp_path / "epoch-0001" / WEIGHTS).write_bytes(b"")
    messages: list[str] = []
    with pytest.raises(StorageError) as caught:
        store.load_newest(messages.append)
    assert caught.value.file == str(tmp_path)
    assert len(messages) == 1
    assert store.names() == ["epoch-0001"]
    assert not store.is_intact("epoch-0001")


DAMAGED_POINTERS = ["{", "[]", '{"checkpoint": null}', '{"checkpoint": "../../elsewhere"}', "[" * 9999 + "]" * 9999]
DAMAGED_POINTERS += ['{"checkpoint": "epoch-0001", "metric": "dev/error", "value": "0.5"}', "\x00"]
DAMAGED_POINTERS += ['{"checkpoint": "epoch-0001", "metrik": "dev/error", "value": 0.5}']
DAMAGED_POINTERS += ['{"checkpoint": "epoch-0001", "metric": "dev/error", "value": 0.5, "epoch": "1"}']


@pytest.mark.parametrize("text", DAMAGED_POINTERS)
def test_a_damaged_pointer_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "best.json").write_text(text)
    with pytest.raises(StorageError) as caught:
        CheckpointStore(tmp_path).load_weights()
    assert (caught.value.code, caught.value.file) == ("damaged_file", str(tmp_path / "best.json"))


def test_a_full_disk_is_reported_by_the_next_save_and_earlier_checkpoints_stay_intact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="no space left"), CheckpointStore(tmp_path) as store:
        store.save("epoch-0001", contents(1, 1), best=best("epoch-0001"))
        store.wait()
        monkeypatch.setattr(os, "fsync", full)
        store.save("epoch-0002", contents(2, 2), best=best("epoch-0002"))
        store.save("epoch-0003", contents(3, 3), best=best("epoch-0003"))
    assert store.pointer("last") == {"checkpoint": "epoch-0001", "epoch": 1, "step": 10}
    assert {"best.json", "epoch-0001", "last.json"} <= {*names(tmp_path)}
    assert all(store.is_intact(name) for name in store.names())
    assert store.load_weights("best")["w"][0] == 1


def test_a_write_error_is_reported_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkpoints").write_text("a file is in the way")
    with pytest.raises(StorageError) as caught, CheckpointStore(tmp_path / "checkpoints") as store:
        store.save("epoch-0001", contents(1, 1), best=None)
    assert caught.value.code == "io_error"
