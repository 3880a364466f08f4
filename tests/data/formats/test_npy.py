from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import DataPaths
from dlcli.data.formats import Npy
from dlcli.data.formats.npy import read_npy


def test_small_arrays_are_read_and_large_ones_mapped(tmp_path: Path):
    array = np.random.default_rng(0).random((300_000, 2))
    np.save(tmp_path / "a.npy", array)
    assert type(read_npy(tmp_path / "a.npy", limit_mib=3)) is np.ndarray
    mapped = read_npy(tmp_path / "a.npy", limit_mib=1)
    assert isinstance(mapped, np.memmap)
    assert np.array_equal(mapped, array)


def test_inputs_and_targets(tmp_path: Path):
    np.save(tmp_path / "x.npy", np.arange(6.0))
    np.save(tmp_path / "y.npy", np.arange(6).reshape(6, 1))
    raw = Npy(path="x.npy", targets_path="y.npy").read(DataPaths(config_folder=tmp_path))
    assert raw.examples.inputs.shape == (6, 1)
    assert raw.examples.targets.shape == (6,)
    assert set(raw.fingerprint) == {"x.npy", "y.npy"}


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "not an .npy file"), (b"\x93NUMPY\x01\x00", "not an .npy file"), (b"text", "not an")]
)
def test_what_is_no_array(tmp_path: Path, content: bytes, message: str):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_npy(tmp_path / "a.npy")


def test_a_file_cut_short_is_rejected(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.arange(100))
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-8])
    with pytest.raises(DataError, match=r"not an .npy file, or a damaged one"):
        read_npy(tmp_path / "a.npy")


def test_objects_are_never_unpickled(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="never read"):
        read_npy(tmp_path / "a.npy")


def test_nan_in_the_targets_is_rejected(tmp_path: Path):
    np.save(tmp_path / "x.npy", np.zeros((3, 2)))
    np.save(tmp_path / "y.npy", np.array([1.0, np.nan, np.inf]))
    with pytest.raises(DataError, match=r"the array of targets has 1 NaN and 1 infinite .* \[1\]"):
        Npy(path="x.npy", targets_path="y.npy").read(DataPaths(config_folder=tmp_path))


@pytest.mark.parametrize("shape", [f"({10**30},)", "(True, 4)", "(-1, 4)", f"({2**63}, 9)", f"({'1, ' * 70})", "None"])
def test_a_header_that_lies_about_the_shape(tmp_path: Path, shape: str) -> None:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(10 + len(text) + 1) % 64) + b"\n"
    file = tmp_path / "x.npy"
    file.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(80))
    with pytest.raises(DataError) as caught:
        read_npy(file)
    assert caught.value.file == str(file)
