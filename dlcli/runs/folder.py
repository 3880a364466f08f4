"""The folder of one run, such as `runs/20261122T101500Z-digits-mlp-3fa2c1/`: how its files are written and read."""

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
from typing import Any, Literal

import numpy as np

from dlcli.errors import ConfigError, StorageError
from dlcli.runs import append_file, files, lock, storage
from dlcli.runs.record import RunRecord
from dlcli.strict_json import dumps


class RunFolder:
    """One run's folder. Names are paths relative to it, such as `report/report.json`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, root: Path, name: str) -> RunFolder:
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

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """The run at `path`.

        Raises:
            ConfigError: there is no run.
        """
        if not (path / files.RECORD).is_file():
            raise ConfigError(f"{path} is not a run: it has no {files.RECORD}")
        return cls(path)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def checkpoints(self) -> Path:
        return self.path / files.CHECKPOINTS

    def write_bytes(self, name: str, data: bytes) -> None:
        """Write one file whole or not at all.

        Raises:
            StorageError: it cannot be written.
        """
        storage.write_bytes(self.path / name, data)

    def write_text(self, name: str, text: str) -> None:
        self.write_bytes(name, text.encode())

    def write_json(self, name: str, value: Any) -> None:
        self.write_text(name, dumps(value, indent=2) + "\n")

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write named arrays as a compressed `.npz`."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
        self.write_bytes(name, buffer.getvalue())

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

    def append_metrics(self, record: Mapping[str, Any]) -> None:
        """Add one line to `metrics.jsonl`.

        Raises:
            StorageError: it cannot be written.
        """
        append_file.append_line(self.path / files.METRICS, dumps(record))

    def metrics(self) -> list[dict[str, Any]]:
        """The lines of `metrics.jsonl`."""
        return self.read_records(files.METRICS)

    def metrics_size(self) -> int:
        """Bytes in `metrics.jsonl`: a checkpoint remembers them."""
        return append_file.file_size(self.path / files.METRICS)

    def truncate_metrics(self, size: int) -> None:
        """Forget what `metrics.jsonl` says after its first `size` bytes."""
        append_file.truncate(self.path / files.METRICS, size)

    def log(self, message: str, level: Literal["INFO", "WARNING", "ERROR"] = "INFO") -> None:
        """Add `message` to `train.log` with the time in UTC."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        append_file.append_line(self.path / files.LOG, f"{now} {level} {message}")

    def record(self) -> RunRecord:
        """What `run.json` says.

        Raises:
            StorageError: it is missing or damaged.
        """
        try:
            return RunRecord.from_json(self.read_json(files.RECORD))
        except (TypeError, AttributeError) as error:
            raise StorageError("is not the record of a run", file=str(self.path / files.RECORD)) from error

    def write_record(self, record: RunRecord) -> None:
        self.write_json(files.RECORD, record.to_json())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training in this folder while the block runs.

        Raises:
            ConfigError: another process is at it.
        """
        with lock.exclusive(self.path / files.LOCK):
            yield

    def process(self) -> int | None:
        """The process that is training in this folder now, or None."""
        return lock.holder(self.path / files.LOCK)
