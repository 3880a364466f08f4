"""A folder that belongs to one piece of work, a run or a sweep: how it is made, its files written and read.

Every file is written by way of `Folder.place`, which sees to it that the folder is still there and that nothing is
written through links.
"""

from __future__ import annotations

import io
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np

from dlcli.core import StorageError, strict_json
from dlcli.runs import append_file, lock, storage
from dlcli.runs.files import LOCK
from dlcli.runs.lock import HeldLock
from dlcli.runs.own_checksum import verify_checksum


class Folder:
    """One folder. Names are paths relative to it, such as `report/report.json`.

    Args:
        path: the folder.
        durable: what is written survives a power cut, which takes waiting for the disk.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self.durable = durable
        self._lock: HeldLock | None = None

    @classmethod
    def create(cls, root: Path, name: str) -> Self:
        """Make a new, empty folder `<utc>-<name>-<6 hex>` under `root`; an existing one is never reused.

        Raises:
            StorageError: it cannot be made.
        """
        return cls.create_at(prepare_path(root, name), {})

    @classmethod
    def create_at(cls, path: Path, contents: Mapping[str, bytes], *, durable: bool = True) -> Self:
        """Make the folder `path` with `contents` in it, in one step: a kill leaves all of it or nothing.

        Raises:
            StorageError: it cannot be made, or exists.
        """
        storage.write_folder(path, contents, durable=durable)
        return cls(path, durable=durable)

    @property
    def id(self) -> str:
        return self.path.name

    def place(self, name: str) -> Path:
        """The path of a file or folder that is about to be written.

        Raises:
            StorageError: this folder was locked by this process and is no longer there, or part of the path is a link
                or something else that is neither a file nor a folder.
        """
        if self._lock is not None:
            self._lock.check()
        return storage.place(self.path, name)

    def write_bytes(self, name: str, data: bytes) -> None:
        """Write one file whole or not at all.

        Raises:
            StorageError: it cannot be written.
        """
        storage.write_bytes(self.place(name), data, durable=self.durable)

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
        for name in contents:
            self.place(name)
        storage.write_files(self.path, contents, durable=self.durable)

    def read_bytes(self, name: str) -> bytes:
        """What a file holds.

        Raises:
            StorageError: it is missing or cannot be read.
        """
        return storage.read_bytes(self.path / name)

    def read_text(self, name: str) -> str:
        try:
            return self.read_bytes(name).decode()
        except UnicodeDecodeError as error:
            raise StorageError("is not text; the file is damaged", file=str(self.path / name)) from error

    def read_json(self, name: str) -> Any:
        try:
            return strict_json.loads(self.read_bytes(name))
        except ValueError as error:
            raise StorageError(f"is not JSON: {error}", file=str(self.path / name)) from error

    def read_verified_json(self, name: str) -> Any:
        """What a JSON file says, without the checksum that it holds.

        Raises:
            StorageError: it cannot be read, is not JSON, or its checksum is another one.
        """
        document = self.read_json(name)
        try:
            return verify_checksum(document)
        except ValueError as error:
            raise StorageError(f"is damaged or was changed: {error}", file=str(self.path / name)) from error

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
        """Keep other processes from working in this folder while the block runs, and clear what kills left of it.

        Raises:
            ConfigError: another process is at it.
            StorageError: the folder has links where files are written.
        """
        with lock.exclusive(storage.place(self.path, LOCK)) as held:
            self._lock = held
            try:
                self._check_files()
                storage.remove_partials(self.path)
                yield
            finally:
                self._lock = None

    @property
    def is_locked(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock is not None

    def _check_files(self) -> None:
        """Refuse a folder that leads out of itself; for those that know the names of their files."""

    def process(self) -> int | None:
        """The process that is working in this folder now, or None."""
        return lock.holder(self.path / LOCK)


def prepare_path(root: Path, name: str) -> Path:
    """A path `<utc>-<name>-<6 hex>` for a new folder under `root`, which is made, and cleared of what kills have left.

    Raises:
        StorageError: `root` cannot be made.
    """
    with storage.reporting("made", root):
        root.mkdir(parents=True, exist_ok=True)
    storage.remove_abandoned(root)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    while True:
        path = root / f"{stamp}-{name}-{secrets.token_hex(3)}"
        if not path.exists():
            return path


def as_json(value: Any) -> bytes:
    """What a JSON file of a folder holds."""
    return (strict_json.dumps(value, indent=2) + "\n").encode()


def as_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Named arrays as a compressed `.npz`."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()
