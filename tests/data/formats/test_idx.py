from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcli.core import ConfigError, DataError
from dlcli.data import DataPaths
from dlcli.data.formats import Idx
from dlcli.data.formats.idx import ELEMENT_TYPES, read_idx

CODES = {np.dtype(name): code for code, name in ELEMENT_TYPES.items()}


def idx_bytes(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, CODES[array.dtype], array.ndim, *array.shape)
    return header + array.tobytes()


@settings(deadline=None)
@given(
    st.sampled_from(list(CODES)).flatmap(
        lambda dtype: arrays.arrays(
            dtype, arrays.array_shapes(max_dims=4), elements={"allow_nan": False} if dtype.kind == "f" else None
        )
    ),
    st.booleans(),
)
def test_every_element_type_is_read(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, compress: bool):
    path = tmp_path_factory.mktemp("idx") / "a.idx"
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content) if compress else content)
    read = read_idx(path)
    assert read.dtype.isnative
    assert np.array_equal(read, array)


IMAGES = idx_bytes(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an idx file"),
        (b"PK\x03\x04", "not an idx file: it starts with the bytes 50 4b 03 04"),
        (b"\0\0\x07\x01\0\0\0\x01a", "not an idx file"),
        (IMAGES[:9], "cut short or damaged"),
        (IMAGES[:-1], r"39 bytes, its header \(2, 3, 4\) needs 40"),
        (IMAGES + b"\0", "cut short or damaged"),
        (gzip.compress(IMAGES, mtime=0)[:-9], "gzip"),
        (gzip.compress(IMAGES, mtime=0)[:12] + b"\xff\xff" + gzip.compress(IMAGES, mtime=0)[14:], "gzip"),
    ],
)
def test_damaged_files_are_rejected(tmp_path: Path, content: bytes, message: str):
    path = tmp_path / "images.idx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_idx(path)
    assert caught.value.file == str(path)


def test_a_gzip_file_is_not_unfolded_beyond_what_it_claims(tmp_path: Path):
    """100 MB behind a header for 24 bytes."""
    path = tmp_path / "images.idx.gz"
    path.write_bytes(gzip.compress(IMAGES + bytes(100 << 20), 1))
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        read_idx(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert caught.value.file == str(path)


@pytest.mark.parametrize("shape", [(1 << 20, 64, 64), (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)])
def test_a_gzip_file_that_claims_gigabytes_is_not_unfolded(tmp_path: Path, shape: tuple[int, ...]):
    path = tmp_path / "images.idx.gz"
    header = b"\0\0\x08\x03" + np.array(shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(header + bytes(20 << 20), 1))
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        read_idx(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert caught.value.file == str(path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("rank", [9, 64, 65, 255])
def test_more_axes_than_any_data_set_has(tmp_path: Path, rank: int, packed: bool):
    path = tmp_path / "images.idx"
    content = bytes([0, 0, 8, rank]) + np.ones(rank, ">u4").tobytes() + b"a"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError) as caught:
        read_idx(path)
    assert caught.value.file == str(path)


def test_images_get_a_channel_and_the_test_set_is_read(tmp_path: Path):
    (tmp_path / "x").write_bytes(IMAGES)
    (tmp_path / "y").write_bytes(idx_bytes(np.array([1, 0], np.uint8)))
    reader = Idx(path="x", targets_path="y", test_path="x", test_targets_path="y", class_names=["a", "b"])
    raw = reader.read(DataPaths(config_folder=tmp_path))
    assert raw.examples.inputs.shape == (2, 3, 4, 1)
    assert raw.test is not None
    assert raw.class_names == ("a", "b")
    assert set(raw.fingerprint) == {"x", "y"}


def test_inputs_and_targets_of_other_lengths_are_rejected(tmp_path: Path):
    (tmp_path / "x").write_bytes(IMAGES)
    (tmp_path / "y").write_bytes(idx_bytes(np.array([1, 0, 1], np.uint8)))
    with pytest.raises(DataError, match="each of 2 inputs") as caught:
        Idx(path="x", targets_path="y").read(DataPaths(config_folder=tmp_path))
    assert caught.value.file == str(tmp_path / "y")


def test_half_a_test_set_is_rejected():
    with pytest.raises(ConfigError, match="belong together"):
        Idx(path="x", targets_path="y", test_path="z")
