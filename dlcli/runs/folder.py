"""Folder of a run or a sweep: its creation, and reading and writing of its files.

The path of every file to write comes from `Folder.place`, which checks that the folder still exists and that nothing is
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
        path: Path of the folder.
        durable: Whether written files survive a power failure, which requires waiting for the disk.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self.durable = durable
        self._lock: HeldLock | None = None

    @classmethod
    def create(cls, root: Path, name: str) -> Self:
        """Create a new, empty folder `<utc>-<name>-<6 hex>` in `root`; an existing one is never reused.

        Raises:
            StorageError: The folder cannot be created.
        """
        return cls.create_at(prepare_path(root, name), {})

    @classmethod
    def create_at(cls, path: Path, contents: Mapping[str, bytes], *, durable: bool = True) -> Self:
        """Create the folder `path` with its files in one atomic step.

        Args:
            path: Path of the folder.
            contents: Name → content of each file.
            durable: Whether written files survive a power failure.

        Raises:
            StorageError: The folder cannot be created, or exists.
        """
        storage.write_folder(path, contents, durable=durable)
        return cls(path, durable=durable)

    @property
    def id(self) -> str:
        return self.path.name

    def writable_path(self, name: str) -> Path:
        """Return the path of a file or folder for writing.

        Raises:
            StorageError: The folder was locked by this process and no longer exists, or a part of the path is neither a
                file nor a folder, such as a link.
        """
        if self._lock is not None:
            self._lock.check()
        return storage.writable_path(self.path, name)

    def write_bytes(self, name: str, data: bytes) -> None:
        """Write one file atomically.

        Raises:
            StorageError: The file cannot be written.
        """
        storage.write_bytes(self.writable_path(name), data, durable=self.durable)

    def write_text(self, name: str, text: str) -> None:
        self.write_bytes(name, text.encode("utf-8", "backslashreplace"))

    def write_json(self, name: str, value: Any) -> None:
        self.write_bytes(name, as_json(value))

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write named arrays as a compressed `.npz`."""
        self.write_bytes(name, as_npz(arrays))

    def write_together(self, contents: Mapping[str, bytes]) -> None:
        """Write several files directly in the folder, each atomically; the disk is waited for only once.

        Raises:
            StorageError: A file cannot be written.
        """
        for name in contents:
            self.writable_path(name)
        storage.write_files(self.path, contents, durable=self.durable)

    def read_bytes(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            StorageError: The file is missing or cannot be read.
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
        """Return the value of a JSON file without its checksum.

        Raises:
            StorageError: The file cannot be read, is not JSON, or its checksum is wrong.
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
        """Return the JSON objects of a `.jsonl` file, without a truncated last line; empty for a missing file.

        Raises:
            StorageError: A line is not a JSON object.
        """
        return append_file.read_records(self.path / name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder against other processes while the block runs, and remove leftovers of killed processes.

        Raises:
            ConfigError: Another process has locked the folder.
            StorageError: The folder has links in place of files.
        """
        with lock.exclusive(storage.writable_path(self.path, LOCK)) as held_lock:
            self._lock = held_lock
            try:
                self._check_files()
                storage.remove_partials(self.path)
                yield
            finally:
                self._lock = None

    @property
    def is_locked(self) -> bool:
        """Whether this object has locked the folder."""
        return self._lock is not None

    def _check_files(self) -> None:
        """Refuse a folder with links to outside; for subclasses that know the names of their files."""

    def process(self) -> int | None:
        """Return the id of the process that has locked the folder; None if there is none."""
        return lock.holder(self.path / LOCK)


def prepare_path(root: Path, name: str) -> Path:
    """Return the path `<utc>-<name>-<6 hex>` of a new folder in `root`.

    The folder `root` is created if it is missing, and leftovers of killed processes in it are removed.

    Raises:
        StorageError: The folder `root` cannot be created.
    """
    with storage.reporting("created", root):
        root.mkdir(parents=True, exist_ok=True)
    storage.remove_abandoned(root)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    while True:
        path = root / f"{stamp}-{name}-{secrets.token_hex(3)}"
        if not path.exists():
            return path


def as_json(value: Any) -> bytes:
    """Return a value as the content of a JSON file."""
    return (strict_json.dumps(value, indent=2) + "\n").encode()


def as_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return named arrays as the content of a compressed `.npz` file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()
