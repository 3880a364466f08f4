"""The folder of one run, such as `runs/20261122T101500Z-digits-mlp-3fa2c1/`."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from dlcli.core import ConfigError, StorageError, dumps, printable
from dlcli.runs import append_file, files, storage
from dlcli.runs.append_file import GrowingFile
from dlcli.runs.folder import Folder
from dlcli.runs.record import RunRecord
from dlcli.runs.storage import checksum


class RunFolder(Folder):
    """One run's folder: its metrics, its log and its record."""

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Return the run at `path`.

        Raises:
            ConfigError: The folder is not a run.
        """
        if not os.path.lexists(path / files.RECORD):
            raise ConfigError(f"{path} is not a run: it has no {files.RECORD}", code="unknown_run")
        return cls(path)

    @property
    def checkpoints(self) -> Path:
        return self.path / files.CHECKPOINTS

    def append_metrics(self, record: Mapping[str, Any]) -> None:
        """Append one line to `metrics.jsonl`.

        Raises:
            StorageError: The line cannot be written.
        """
        self.writable_path(files.METRICS)
        self.metrics_file.append(dumps(record))

    def metrics(self) -> list[dict[str, Any]]:
        """Return the lines of `metrics.jsonl`.

        Raises:
            StorageError: A line is not JSON, or has no kind or no epoch.
        """
        records = self.read_records(files.METRICS)
        for line, record in enumerate(records, start=1):
            epoch = record.get("epoch")
            if not isinstance(record.get("kind"), str) or type(epoch) is not int:
                message = "expected the metrics of an epoch or a step; the file is damaged"
                raise StorageError(message, file=str(self.path / files.METRICS), line=line)
        return records

    @functools.cached_property
    def metrics_file(self) -> GrowingFile:
        """The file `metrics.jsonl` with its checksum, for checkpoints."""
        return GrowingFile(self.path / files.METRICS)

    def log(self, message: str, level: Literal["INFO", "WARNING", "ERROR"] = "INFO") -> None:
        """Append a message to `train.log` with the time in UTC."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        append_file.append_line(self.writable_path(files.LOG), f"{now} {level} {printable(message)}")

    def record(self) -> RunRecord:
        """Return the record in `run.json`.

        Raises:
            StorageError: The record is missing or damaged.
        """
        value = self.read_verified_json(files.RECORD)
        try:
            return RunRecord.from_json(value)
        except ValueError as error:
            raise StorageError("is not the record of a run", file=str(self.path / files.RECORD)) from error

    def verify(self, names: Iterable[str]) -> None:
        """Compare files with their checksums in `run.json`; files without a checksum are accepted.

        Raises:
            StorageError: A file is missing or was changed.
        """
        record = self.record()
        expected = {**record.files, **record.outputs}
        for name in names:
            if name in expected and checksum(self.read_bytes(name)) != expected[name]:
                message = f"is damaged or was changed: its SHA-256 does not match that in {files.RECORD}"
                raise StorageError(message, file=str(self.path / name))

    def write_record(self, record: RunRecord) -> None:
        self.write_bytes(files.RECORD, record.to_bytes())

    def output_checksums(self) -> dict[str, str]:
        """Return the SHA-256 of the history and the report, if they exist.

        Raises:
            StorageError: A file cannot be read.
        """
        return {name: checksum(self.read_bytes(name)) for name in files.OUTPUTS if os.path.lexists(self.path / name)}

    def report(self) -> Any:
        """Return the content of `report/report.json`; None if the run has no report yet.

        Raises:
            StorageError: The report is damaged or was changed.
        """
        if not (self.path / files.REPORT).is_file():
            return None
        self.verify((files.REPORT,))
        return self.read_json(files.REPORT)

    def written_files(self) -> tuple[list[Path], list[Path]]:
        """Return the files in the folder and its subfolders: those that dlcli writes, and all others.

        Raises:
            StorageError: A folder cannot be read.
        """
        ours: list[Path] = []
        others: list[Path] = []
        with storage.reporting("read", self.path):
            for place, folders, names in os.walk(self.path, onerror=_raise):
                links = [name for name in folders if (Path(place) / name).is_symlink()]
                for path in (Path(place) / name for name in (*names, *links)):
                    name = path.relative_to(self.path).as_posix()
                    (ours if files.is_written(name) or name in files.FOLDERS else others).append(path)
        return ours, others

    def _check_files(self) -> None:
        for path in self.written_files()[0]:
            storage.writable_path(self.path, str(path.relative_to(self.path)))


def _raise(error: OSError) -> None:
    raise error
