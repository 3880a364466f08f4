"""Files of weights: reading runs no code, and an invalid file is an error of one line."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from dlcli.api.initial_weights.weights_file import read_weights_file
from dlcli.core import ConfigError, DataError


def raw(dtype: str, shape: list[int], data: bytes) -> bytes:
    """Build the bytes of a file with one array: length of the header, header, data."""
    header = json.dumps({"w": {"dtype": dtype, "shape": shape, "data_offsets": [0, len(data)]}}).encode()
    return struct.pack("<Q", len(header)) + header + data


def test_arrays_and_checksum(tmp_path: Path) -> None:
    data = save({"a": np.arange(6, dtype=np.float16).reshape(2, 3), "b": np.array([3], np.int64)})
    (tmp_path / "w.safetensors").write_bytes(data)
    arrays, checksum = read_weights_file(tmp_path / "w.safetensors")
    assert np.array_equal(arrays["a"], np.arange(6).reshape(2, 3))
    assert arrays["b"].tolist() == [3]
    assert checksum == hashlib.sha256(data).hexdigest()


def test_bfloat16_is_the_upper_half_of_a_float32(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(raw("BF16", [2], bytes([0x80, 0x3F, 0x20, 0xC0])))
    arrays, _ = read_weights_file(tmp_path / "w.safetensors")
    assert arrays["w"].dtype == np.float32
    assert arrays["w"].tolist() == [1.0, -2.5]


@pytest.mark.parametrize("kept", [0, 5, 40, -3])
def test_a_truncated_file(tmp_path: Path, kept: int) -> None:
    (tmp_path / "w.safetensors").write_bytes(save({"a": np.ones((4, 4))})[:kept])
    with pytest.raises(DataError) as caught:
        read_weights_file(tmp_path / "w.safetensors")
    assert caught.value.code == "wrong_format"


def test_unsupported_types(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(raw("F8_E4M3", [2], b"\0\0"))
    with pytest.raises(DataError, match="F8_E4M3") as caught:
        read_weights_file(tmp_path / "w.safetensors")
    assert caught.value.code == "wrong_format"


@pytest.mark.parametrize("name", ["w.pth", "w.pt", "w.bin", "w.CKPT"])
def test_a_pickle_is_not_opened_and_the_error_has_the_conversion(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch opened'\ntR.")
    with pytest.raises(ConfigError) as caught:
        read_weights_file(tmp_path / name)
    assert caught.value.code == "unsafe_file"
    arguments = f'torch.load("{name}", weights_only=True), "w.safetensors"'
    assert arguments in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_of_another_kind_or_none(tmp_path: Path) -> None:
    (tmp_path / "w.npz").write_bytes(b"")
    for name, code in {"w.npz": "wrong_format", "absent.safetensors": "missing_file"}.items():
        with pytest.raises(ConfigError, match=name) as caught:
            read_weights_file(tmp_path / name)
        assert (caught.value.code, caught.value.key) == (code, "model.from")


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<Q", 1 << 60) + b"{}",
        raw("F32", [-1], b"\0" * 4),
        raw("F32", [1 << 40, 1 << 40], b"\0" * 4),
        raw("F32", [2], b"\0" * 4),
        raw("F32", [1], b"\0" * 4) + b"\0",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 600_000) + b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        struct.pack("<Q", 2) + b"\xff\xfe",
    ],
    ids=["long header", "negative", "overflow", "too short", "too long", "list", "nested", "no text"],
)
def test_an_inconsistent_header(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "w.safetensors").write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_weights_file(tmp_path / "w.safetensors")
    assert caught.value.file == str(tmp_path / "w.safetensors")
    assert "\n" not in str(caught.value)


def test_a_name_of_several_lines(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(save({"a\n\x1b[2Jb": np.ones(2)}))
    with pytest.raises(DataError) as caught:
        read_weights_file(tmp_path / "w.safetensors")
    assert str(caught.value).isprintable()


def test_reading_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.safetensors")
    with pytest.raises(DataError):
        read_weights_file(tmp_path / "w.safetensors")
