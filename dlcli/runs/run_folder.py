"""The folder of one run, such as `runs/20261122T101500Z-digits-mlp-3fa2c1/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from dlcli.errors import ConfigError, StorageError
from dlcli.printable import printable
from dlcli.runs import append_file, files
from dlcli.runs.folder import Folder
from dlcli.runs.record import RunRecord
from dlcli.runs.storage import checksum
from dlcli.strict_json import dumps


class RunFolder(Folder):
    """One run's folder: its metrics, its log and its record."""

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
    def checkpoints(self) -> Path:
        return self.path / files.CHECKPOINTS

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
        append_file.append_line(self.path / files.LOG, f"{now} {level} {printable(message)}")

    def record(self) -> RunRecord:
        """What `run.json` says.

        Raises:
            StorageError: it is missing or damaged.
        """
        try:
            return RunRecord.from_json(self.read_json(files.RECORD))
        except (TypeError, AttributeError) as error:
            raise StorageError("is not the record of a run", file=str(self.path / files.RECORD)) from error

    def verify(self, names: Iterable[str]) -> None:
        """Compare files with the checksums in `run.json`; those that have none there pass.

        Raises:
            StorageError: one is missing or is not what the run wrote.
        """
        expected = self.record().files
        for name in names:
            if name in expected and checksum(self.read_bytes(name)) != expected[name]:
                message = f"is damaged or was changed: its SHA-256 is not the one in {files.RECORD}"
                raise StorageError(message, file=str(self.path / name))

    def write_record(self, record: RunRecord) -> None:
        self.write_json(files.RECORD, record.to_json())
