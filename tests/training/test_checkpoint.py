from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.core import Generators, StorageError
from dlcli.runs.storage import write_folder
from dlcli.training import checkpoint
from dlcli.training.checkpoint import Checkpoint


@pytest.fixture
def contents() -> Checkpoint:
    generator = np.random.default_rng(0)
    strided = generator.normal(size=(6, 4)).astype(np.float32)[::2].T  # what safetensors 0.8.0 corrupts
    generators = Generators(3)
    generators["dropout"].random(5)
    state = {"position": {"epoch": 2}, "generators": generators.state(), "loss": 0.1 + 0.2, "violated": ("a",)}
    return Checkpoint({"w": strided}, {"steps": np.array(7), "m": np.zeros(0, np.float32)}, state)


def test_a_checkpoint_is_read_bit_by_bit(tmp_path: Path, contents: Checkpoint) -> None:
    write_folder(tmp_path / "c", checkpoint.encode(contents))
    read = checkpoint.read(tmp_path / "c")
    np.testing.assert_array_equal(read.weights["w"], contents.weights["w"], strict=True)
    np.testing.assert_array_equal(read.arrays["steps"], contents.arrays["steps"], strict=True)
    assert read.arrays["m"].shape == (0,)
    assert read.state["loss"] == 0.1 + 0.2
    restored = Generators(3)
    restored.restore(read.state["generators"])
    original = Generators(3)
    original["dropout"].random(5)
    assert restored["dropout"].random() == original["dropout"].random()
    np.testing.assert_array_equal(checkpoint.read_weights(tmp_path / "c")["w"], contents.weights["w"])


@pytest.mark.parametrize("name", [checkpoint.WEIGHTS, checkpoint.ARRAYS, checkpoint.STATE])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing", "empty"])
def test_damage_is_detected_and_the_file_named(tmp_path: Path, contents: Checkpoint, name: str, damage: str) -> None:
    write_folder(tmp_path / "c", checkpoint.encode(contents))
    path = tmp_path / "c" / name
    data = path.read_bytes()
    middle = len(data) // 2
    if damage == "missing":
        path.unlink()
    else:
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        path.write_bytes({"truncated": data[:-1], "flipped": flipped, "empty": b""}[damage])
    with pytest.raises(StorageError) as caught:
        checkpoint.read(tmp_path / "c")
    assert caught.value.file == str(path)
