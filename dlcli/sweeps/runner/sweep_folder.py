"""Folder of a sweep, such as `runs/20261122T101500Z-digits-search-3fa2c1/`, and its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dlcli.core import StorageError
from dlcli.core.formatting import count
from dlcli.runs import Folder, add_checksum, as_json, storage, torn_line, utc_now, versions
from dlcli.search import Objective
from dlcli.sweeps.config import SweepSpec, sweep_from_texts
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.journal import SweepState, read_journal


@dataclass(frozen=True, kw_only=True)
class SweepRecord:
    """Record of the origin of a sweep, `sweep.json`.

    Args:
        id: Name of the folder.
        name: Name of the sweep.
        file: Absolute path of the sweep file; relative paths in it start from its folder.
        base: Absolute path of the base.
        objective: Objective with its direction.
        data: SHA-256 of each data file, by name.
        runs_dir: Absolute path of the folder of runs.
        command: Command line.
        git_commit: Git commit of the folder of the base, with `-dirty` if files differ; None outside a repository.
        started: UTC time of the start (ISO 8601).
        versions: Versions of dlcli, Python and the numerical libraries.
    """

    id: str
    name: str
    file: str
    base: str
    objective: Objective
    data: Mapping[str, str]
    runs_dir: str
    command: tuple[str, ...]
    git_commit: str | None
    started: str = field(default_factory=utc_now)
    versions: Mapping[str, str] = field(default_factory=versions)

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON."""
        return asdict(self) | {"objective": self.objective.to_json()}

    def to_bytes(self) -> bytes:
        """Return the content of `sweep.json`, with its checksum."""
        return as_json(add_checksum(self.to_json()))

    @property
    def runs_path(self) -> Path:
        """Path of the folder of runs."""
        return Path(self.runs_dir)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SweepRecord:
        """Return the record of a document of `to_json`.

        Raises:
            TypeError, KeyError: A field is missing or unknown.
        """
        objective = Objective.from_json(value["objective"])
        return cls(**{**value, "objective": objective, "command": tuple(value["command"])})


class SweepFolder(Folder):
    """Folder of a sweep with its record, journal and trials."""

    def _check_files(self) -> None:
        for name in files.WRITTEN:
            storage.writable_path(self.path, name)
        report = self.path / files.REPORT
        for entry in report.iterdir() if report.is_dir() else ():
            storage.writable_path(self.path, f"{files.REPORT}/{entry.name}")

    def record(self) -> SweepRecord:
        """Read `sweep.json`.

        Raises:
            StorageError: The file is damaged.
        """
        try:
            return SweepRecord.from_json(self.read_verified_json(files.RECORD))
        except (TypeError, KeyError) as error:
            raise StorageError("expected the record of a sweep", file=str(self.path / files.RECORD)) from error

    def state(self) -> SweepState:
        """Read the state of the sweep from its journal.

        Raises:
            StorageError: The journal is damaged.
        """
        return read_journal(self.path / files.JOURNAL)

    def journal_problem(self) -> str | None:
        """Return what is missing from the journal of a sweep that no process runs; None if nothing is.

        Raises:
            StorageError: The journal cannot be read.
        """
        path = self.path / files.JOURNAL
        if self.process() is not None:  # its journal begins after its record, and its last line may be half written
            return None
        if not path.exists():
            return str(StorageError("is missing: nothing is known about the trials", file=str(path)))
        line = torn_line(path)
        if line is None:
            return None
        message = f"the last line is cut off; {count(line - 1, 'line')} before it can be read"
        return str(StorageError(message, file=str(path), line=line))

    def spec(self, settings: Mapping[str, Any] | None = None) -> SweepSpec:
        """Load the sweep file as it was when the sweep started, with changed `settings`.

        Raises:
            InvalidConfigError: The stored files are not valid for this version of dlcli, or a setting is invalid.
        """
        record = self.record()
        return sweep_from_texts(
            self.read_text(files.RESOLVED),
            file=record.file,
            base_text=self.read_text(files.BASE),
            base_file=record.base,
            settings=settings,
        )

    def remove_run(self, name: str) -> None:
        """Remove the run of a job, if it exists.

        Args:
            name: Folder of the run, relative to that of the sweep.

        Raises:
            StorageError: The folder cannot be removed.
        """
        path = self.path / name
        if path.exists():
            storage.remove_folder(path)
