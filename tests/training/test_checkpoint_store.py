from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.errors import StorageError
from dlcli.runs import storage
from dlcli.training import CheckpointStore
from dlcli.training.checkpoint import WEIGHTS, Checkpoint


def contents(value: float, epoch: int = 0) -> Checkpoint:
    return Checkpoint({"w": np.full(3, value)}, {}, {"position": {"epoch": epoch, "step": 10 * epoch}})


def best(name: str) -> dict[str, Any]:
    return {"checkpoint": name, "value": 0.5}


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
    assert json.loads((tmp_path / "last.json").read_text()) == {"checkpoint": "epoch-0005", "epoch": 5, "step": 50}
    assert [store.load_weights(which)["w"][0] for which in ("best", "last", "epoch-0004")] == [2, 5, 4]


@pytest.mark.usefixtures("written_at_once")
def test_the_middle_of_an_epoch_comes_before_its_end(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path, keep=9) as store:
        for name in ("epoch-0007", "epoch-0007-step-00000100", "epoch-0006", "epoch-0007-step-00000020"):
            store.save(name, contents(1), best=None)
    ordered = ["epoch-0006", "epoch-0007-step-00000020", "epoch-0007-step-00000100", "epoch-0007"]
    assert store.names() == ordered


def test_of_what_comes_while_the_disk_is_busy_the_best_and_the_newest_are_written(
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


def test_writing_pauses_between_checkpoints_and_ends_with_the_last(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path, keep=99) as store:
        store.save("epoch-0001", contents(1, 1), best=None)
        store.wait()
        for epoch in range(2, 20):
            store.save(f"epoch-{epoch:04d}", contents(epoch, epoch), best=None)
        assert store.names() == ["epoch-0001"]
    assert store.names() == ["epoch-0001", "epoch-0019"]


def test_no_checkpoint_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "none")
    assert store.names() == []
    assert store.load_newest(refuse) is None
    with pytest.raises(StorageError, match="no best checkpoint yet"):
        store.load_weights("best")
    with pytest.raises(StorageError, match="cannot be read"):
        store.load_weights("epoch-0003")


@pytest.mark.usefixtures("written_at_once")
def test_a_damaged_newest_gives_way_to_the_one_before(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path, keep=3) as store:
        for epoch in (1, 2, 3):
            store.save(f"epoch-{epoch:04d}", contents(epoch, epoch), best=best("epoch-0001"))
    damaged = tmp_path / "epoch-0003" / WEIGHTS
    damaged.write_bytes(damaged.read_bytes()[:-8])
    storage.partial_name(tmp_path / "epoch-0004").mkdir()
    messages: list[str] = []
    found = store.load_newest(messages.append)
    assert found is not None
    assert found.weights["w"][0] == 2
    assert len(messages) == 1
    assert str(damaged) in messages[0]
    assert "is damaged" in messages[0]
    assert names(tmp_path) == ["best.json", "epoch-0001", "epoch-0002", "last.json"]


def test_without_an_intact_checkpoint_nothing_is_removed(tmp_path: Path) -> None:
    with CheckpointStore(tmp_path) as store:
        store.save("epoch-0001", contents(1, 1), best=None)
    (tmp_path / "epoch-0001" / WEIGHTS).write_bytes(b"")
    messages: list[str] = []
    with pytest.raises(StorageError, match="no checkpoint is intact"):
        store.load_newest(messages.append)
    assert len(messages) == 1
    assert store.names() == ["epoch-0001"]
    assert not store.is_intact("epoch-0001")


@pytest.mark.parametrize("text", ["{", "[]", '{"checkpoint": null}', '{"checkpoint": "../../elsewhere"}'])
def test_a_damaged_pointer_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "best.json").write_text(text)
    with pytest.raises(StorageError, match=r"best\.json: is damaged"):
        CheckpointStore(tmp_path).load_weights()


def test_a_full_disk_is_told_by_the_next_save_and_leaves_the_last_whole(
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
    assert store.names() == ["epoch-0001"]
    assert names(tmp_path) == ["best.json", "epoch-0001", "last.json"]
    assert store.load_weights("best")["w"][0] == 1


def test_a_full_disk_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkpoints").write_text("a file is in the way")
    with pytest.raises(StorageError, match="cannot be written"), CheckpointStore(tmp_path / "checkpoints") as store:
        store.save("epoch-0001", contents(1, 1), best=None)
