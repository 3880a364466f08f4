"""Weights from an untrusted `.safetensors` file: the bytes become arrays, and no code is run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.core import ConfigError, DataError, ErrorCode
from dlcli.data import read_bytes

SUFFIX = ".safetensors"
#: Suffixes of files that `torch.save` writes.
PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl")

#: NumPy types by their safetensors names.
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
    "pickle files can run code; if you trust the file, convert it with: "
    "python -c 'import torch; from safetensors.torch import save_file; "
    'save_file(torch.load("{name}", weights_only=True), "{stem}.safetensors")\''
)


def read_weights_file(path: Path) -> tuple[dict[str, np.ndarray], str]:
    """Read the arrays of a file by name, and compute the SHA-256 of its bytes.

    Raises:
        ConfigError: The file does not exist, or has another format.
        DataError: The file cannot be read, is truncated, or has an array of an unsupported type.
    """
    if not path.exists():
        raise ConfigError(f"file not found: {path}", code="missing_file", key="model.from")
    if path.suffix.lower() != SUFFIX:
        advice = _CONVERT.format(name=path.name, stem=path.stem) if path.suffix.lower() in PICKLES else ""
        message = f"expected a {SUFFIX} file, got {path.name}"
        code: ErrorCode = "unsafe_file" if advice else "wrong_format"
        raise ConfigError(f"{message}: {advice}" if advice else message, code=code, key="model.from")
    if not path.is_file():  # reading a pipe would block, and a device may have no end
        raise DataError("expected a regular file", code="unreadable_file", file=str(path))
    data = read_bytes(path)
    return decode(data, path), hashlib.sha256(data).hexdigest()


def decode(data: bytes, path: Path) -> dict[str, np.ndarray]:
    """Decode the arrays in the bytes of a file.

    Raises:
        DataError: The file is truncated or not a safetensors file, or has an array of an unsupported type.
    """
    from safetensors import SafetensorError, deserialize

    try:
        tensors: list[tuple[str, dict[str, Any]]] = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise DataError(
            f"truncated, or not a safetensors file ({error})", code="wrong_format", file=str(path)
        ) from error
    for name, _ in tensors:
        if not name.isprintable():  # names appear in one-line messages
            raise DataError(
                f"the name {name!r} of an array has characters that cannot be printed",
                code="wrong_format",
                file=str(path),
            )
    return {name: _array(name, tensor["dtype"], tensor["shape"], tensor["data"], path) for name, tensor in tensors}


def _array(name: str, dtype: str, shape: list[int], data: bytes, path: Path) -> np.ndarray:
    if dtype == "BF16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4").reshape(shape)
    if dtype not in TYPES:
        known = ", ".join([*TYPES, "BF16"])
        raise DataError(f"{name}: expected one of the types {known}, got {dtype}", code="wrong_format", file=str(path))
    return np.frombuffer(data, TYPES[dtype]).reshape(shape)
