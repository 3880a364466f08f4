"""Weights from a `.safetensors` file of anybody's: bytes become arrays, nothing in it is run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.core import ConfigError, DataError
from dlcli.data import read_bytes

ENDING = ".safetensors"
#: endings of what PyTorch's own `save` writes
PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl")

#: what safetensors calls the types that NumPy has
TYPES: Mapping[str, str] = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}

_CONVERT = (
    "such files are pickles, which can run code; convert it where you trust it: "
    "python -c 'import torch; from safetensors.torch import save_file; "
    'save_file(torch.load("{name}", weights_only=True), "{stem}.safetensors")\''
)


def read_weights_file(path: Path) -> tuple[dict[str, np.ndarray], str]:
    """The arrays of a file by name, and the sha256 of its bytes.

    Raises:
        ConfigError: there is no such file, or it is of another kind.
        DataError: it cannot be read, is cut short, or holds numbers of a type that is not read.
    """
    if not path.exists():
        raise ConfigError(f"there is no file {path}", code="missing_file", key="model.from")
    if path.suffix.lower() != ENDING:
        advice = _CONVERT.format(name=path.name, stem=path.stem) if path.suffix.lower() in PICKLES else ""
        found = f"{path.name} is not a {ENDING} file"
        raise ConfigError(f"{found}: {advice}" if advice else found, key="model.from")
    if not path.is_file():  # a pipe would be waited for, and a device may never end
        raise DataError("cannot be read: it is not a regular file", code="unreadable_file", file=str(path))
    data = read_bytes(path)
    return decode(data, path), hashlib.sha256(data).hexdigest()


def decode(data: bytes, path: Path) -> dict[str, np.ndarray]:
    """The arrays in the bytes of a file.

    Raises:
        DataError: it is cut short, no safetensors at all, or has numbers of a type that is not read.
    """
    from safetensors import SafetensorError, deserialize

    try:
        tensors: list[tuple[str, dict[str, Any]]] = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise DataError(
            f"is cut short, or no safetensors file ({error})", code="wrong_format", file=str(path)
        ) from error
    for name, _ in tensors:
        if not name.isprintable():  # names are listed in messages of one line
            raise DataError(
                f"an array has the name {name!r}, which cannot be printed", code="wrong_format", file=str(path)
            )
    return {name: _array(name, tensor["dtype"], tensor["shape"], tensor["data"], path) for name, tensor in tensors}


def _array(name: str, dtype: str, shape: list[int], data: bytes, path: Path) -> np.ndarray:
    if dtype == "BF16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4").reshape(shape)
    if dtype not in TYPES:
        known = ", ".join([*TYPES, "BF16"])
        raise DataError(
            f"{name} has numbers of the type {dtype}; these are read: {known}", code="wrong_format", file=str(path)
        )
    return np.frombuffer(data, TYPES[dtype]).reshape(shape)
