"""A folder that belongs to one piece of work, a run or a sweep: how it is made, its files written and read."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np

from dlcli.errors import StorageError
from dlcli.runs import append_file, lock, storage
from dlcli.runs.files import LOCK
from dlcli.strict_json import dumps


class Folder:
    """One folder. Names are paths relative to it, such as `report/report.json`.

    Args:
        path: the folder.
        durable: what is written survives a power cut, which takes waiting for the disk.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self.durable = durable

    @classmethod
    def create(cls, root: Path, name: str) -> Self:
        """Make a new, empty folder `<utc>-<name>-<6 hex>` under `root`; an existing one is never reused.

        Raises:
            StorageError: it cannot be made.
        """
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        while True:
            path = root / f"{stamp}-{name}-{secrets.token_hex(3)}"
            with storage.reporting("made", path):
                root.mkdir(parents=True, exist_ok=True)
                try:
                    path.mkdir()
                except FileExistsError:
                    continue
                storage.flush([root])
            return cls(path)

    @property
    def id(self) -> str:
        return self.path.name

    def write_bytes(self, name: str, data: bytes) -> None:
        """Write one file whole or not at all.

        Raises:
            StorageError: it cannot be written.
        """
        storage.write_bytes(self.path / name, data, durable=self.durable)

    def write_text(self, name: str, text: str) -> None:
        self.write_bytes(name, text.encode("utf-8", "backslashreplace"))

    def write_json(self, name: str, value: Any) -> None:
        self.write_bytes(name, as_json(value))

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write named arrays as a compressed `.npz`."""
        self.write_bytes(name, as_npz(arrays))

    def write_together(self, contents: Mapping[str, bytes]) -> None:
        """Write several files of the folder itself, each whole or not at all; the disk is waited for once.

        Raises:
            StorageError: one cannot be written.
        """
        storage.write_files(self.path, contents, durable=self.durable)

    def read_bytes(self, name: str) -> bytes:
        """What a file holds.

        Raises:
            StorageError: it is missing or cannot be read.
        """
        with storage.reporting("read", self.path / name):
            return (self.path / name).read_bytes()

    def read_text(self, name: str) -> str:
        try:
            return self.read_bytes(name).decode()
        except UnicodeDecodeError as error:
            raise StorageError("is not text; the file is damaged", file=str(self.path / name)) from error

    def read_json(self, name: str) -> Any:
        try:
            return json.loads(self.read_bytes(name))
        except ValueError as error:
            raise StorageError(f"is not JSON: {error}", file=str(self.path / name)) from error

    def read_arrays(self, name: str) -> dict[str, np.ndarray]:
        try:
            with np.load(io.BytesIO(self.read_bytes(name)), allow_pickle=False) as arrays:
                return dict(arrays)
        except (ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
            raise StorageError("is not a readable .npz; the file is damaged", file=str(self.path / name)) from error

    def read_records(self, name: str) -> list[dict[str, Any]]:
        """The JSON objects of a `.jsonl` file, without a last line that a kill cut off; empty when there is no file.

        Raises:
            StorageError: a line is not JSON.
        """
        return append_file.read_records(self.path / name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from working in this folder while the block runs.

        Raises:
            ConfigError: another process is at it.
        """
        with lock.exclusive(self.path / LOCK):
            yield

    def process(self) -> int | None:
        """The process that is working in this folder now, or None."""
        return lock.holder(self.path / LOCK)


def as_json(value: Any) -> bytes:
    """What a JSON file of a folder holds."""
    return (dumps(value, indent=2) + "\n").encode()


def as_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Named arrays as a compressed `.npz`."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()
