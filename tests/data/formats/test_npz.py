from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data import DataPaths
from dlcli.data.formats import Npy, Npz
from dlcli.data.formats.npz import open_npz


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data.npz"
    np.savez(
        path,
        x=np.arange(40.0).reshape(10, 2, 2),
        y=np.arange(10) % 2,
        patient=np.array(list("aabbccddee")),
        x_test=np.ones((3, 2, 2)),
        y_test=np.array([0, 1, 0]),
        other=np.zeros(4),
    )
    return path


def test_inputs_targets_and_fields(path: Path):
    raw = Npz(path="data.npz").read(DataPaths(config_folder=path.parent))
    assert raw.examples.inputs.shape == (10, 2, 2)
    assert raw.examples.targets.tolist() == [0, 1] * 5
    assert set(raw.examples.fields) == {"patient"}
    assert raw.examples.field_values("patient", "group_by").tolist() == list("aabbccddee")
    assert raw.test is None


def test_a_test_set_in_the_same_file(path: Path):
    reader = Npz(path="data.npz", test_inputs="x_test", test_targets="y_test")
    raw = reader.read(DataPaths(config_folder=path.parent))
    assert raw.test.inputs.shape == (3, 2, 2)
    assert raw.test.targets.tolist() == [0, 1, 0]


def test_a_test_set_in_another_file(path: Path):
    np.savez(path.with_name("test.npz"), x=np.ones((4, 2, 2)), y=np.zeros(4, int))
    raw = Npz(path="data.npz", test_path="test.npz").read(DataPaths(config_folder=path.parent))
    assert len(raw.test) == 4
    assert set(raw.fingerprint) == {"data.npz", "test.npz"}


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
def test_large_arrays_are_mapped_unless_compressed(tmp_path: Path, save: object, order: str):
    array = np.asarray(np.random.default_rng(0).random((300_000, 2)), order=order)
    save(tmp_path / "a.npz", y=np.zeros(3), x=array)
    with open_npz(tmp_path / "a.npz") as archive:
        mapped = archive.read("x", limit_mib=1)
        assert isinstance(mapped, np.memmap) == (save is np.savez)
        assert np.array_equal(mapped, array)
        assert not isinstance(archive.read("x", limit_mib=3), np.memmap)  # 2.3 MiB as float32


def test_objects_are_never_unpickled(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.ones((2, 1)), y=np.array(["a", None], dtype=object))
    with pytest.raises(DataError, match="y has pickled"):
        Npz(path="a.npz").read(DataPaths(config_folder=tmp_path))


def test_absent_arrays_are_named_with_their_nearest(path: Path):
    with pytest.raises(DataError, match=r"'z': unknown array.*other, patient, x"):
        Npz(path="data.npz", inputs="z").read(DataPaths(config_folder=path.parent))


def test_what_is_no_archive(tmp_path: Path):
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"not an .npz file"):
        Npz(path="a.npz").read(DataPaths(config_folder=tmp_path))


def test_damage_is_noticed(path: Path):
    content = bytearray(path.read_bytes())
    place = content.index(np.arange(40.0).tobytes())
    content[place + 9] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="the array 'x' is damaged"):
        Npz(path="data.npz").read(DataPaths(config_folder=path.parent))


def test_a_path_is_needed(tmp_path: Path):
    with pytest.raises(ConfigError, match="path"):
        Npz().read(DataPaths(config_folder=tmp_path))


@pytest.mark.parametrize(
    ("axes", "shape", "expected"),
    [
        ("NHW", (5, 4, 6), (4, 6, 1)),
        ("NCHW", (5, 3, 4, 6), (4, 6, 3)),
        ("NHWC", (5, 4, 6, 3), (4, 6, 3)),
        (None, (5, 4, 6), (4, 6)),
    ],
)
def test_pictures_get_their_channels_last(tmp_path: Path, axes: Any, shape: tuple[int, ...], expected: tuple[int, ...]):
    inputs = np.arange(np.prod(shape)).reshape(shape)
    np.savez(tmp_path / "a.npz", x=inputs, y=np.arange(5))
    np.save(tmp_path / "x.npy", inputs)
    np.save(tmp_path / "y.npy", np.arange(5))
    data_paths = DataPaths(config_folder=tmp_path)
    readers = (Npz(path="a.npz", axes=axes), Npy(path="x.npy", targets_path="y.npy", axes=axes))
    for found in (reader.read(data_paths).examples.inputs for reader in readers):
        assert isinstance(found, np.ndarray)
        assert found.shape == (5, *expected)
        expected_pixel = inputs[2, :, 1, 3] if axes == "NCHW" else inputs[2, 1, 3]
        assert np.array_equal(found[2, 1, 3].ravel(), np.ravel(expected_pixel))


def test_axes_of_something_else_are_rejected(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.zeros((5, 4)), y=np.arange(5))
    with pytest.raises(DataError, match=r"NHW.*\(5, 4\)"):
        Npz(path="a.npz", axes="NHW").read(DataPaths(config_folder=tmp_path))


def test_an_archive_is_rejected_by_the_size_it_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((30_000, 13)), y=np.zeros(30_000))
    assert len(Npz(path="a.npz").read(DataPaths(config_folder=tmp_path)).examples) == 30_000
    monkeypatch.setattr("dlcli.data.formats.decompression.MAX_DECOMPRESSED", 1 << 20)  # the arrays have 3 MB
    with pytest.raises(DataError) as caught:
        Npz(path="a.npz").read(DataPaths(config_folder=tmp_path))
    assert caught.value.file == str(tmp_path / "a.npz")


def test_an_array_of_nothing_is_rejected(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.ones((4, 1)), y=np.zeros(4, "V0"))
    with pytest.raises(DataError):
        Npz(path="a.npz").read(DataPaths(config_folder=tmp_path))


def test_two_arrays_of_one_name_are_rejected(path: Path):
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x.npy", b"")
    with pytest.raises(DataError) as caught:
        Npz(path="data.npz").read(DataPaths(config_folder=path.parent))
    assert "'x'" in caught.value.message
