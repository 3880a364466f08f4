"""A sweep's folder, such as `runs/20261122T101500Z-digits-search-3fa2c1/`, and its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dlcli.core import StorageError
from dlcli.runs import Folder, add_checksum, as_json, storage, utc_now, versions
from dlcli.search import Objective
from dlcli.sweeps.config import SweepSpec, sweep_from_texts
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.journal import SweepState, read_journal


@dataclass(frozen=True, kw_only=True)
class SweepRecord:
    """`sweep.json`: where a sweep came from.

    Args:
        id: the folder's name.
        name: of the sweep.
        file: the sweep file; absolute, as relative paths in it begin at its folder.
        base: the config that the trials start from; likewise.
        objective: what is looked for, with its direction.
        data: SHA-256 of every file of the data, by name.
        runs_dir: the folder that runs are looked for in; absolute.
        command: the command line.
        git_commit: of the folder the base is in, with `-dirty` when files differ; None outside a repository.
        started: UTC time, ISO 8601.
        versions: of dlcli, Python and the libraries that compute.
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
        return asdict(self) | {"objective": self.objective.to_json()}

    def to_bytes(self) -> bytes:
        """The content of `sweep.json`, with its own checksum."""
        return as_json(add_checksum(self.to_json()))

    @property
    def runs_path(self) -> Path:
        return Path(self.runs_dir)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SweepRecord:
        """The inverse of `to_json`.

        Raises:
            TypeError, KeyError: a field is missing or unknown.
        """
        objective = Objective.from_json(value["objective"])
        return cls(**{**value, "objective": objective, "command": tuple(value["command"])})


class SweepFolder(Folder):
    """One sweep's folder: its record, its journal and its trials."""

    def _check_files(self) -> None:
        for name in files.WRITTEN:
            storage.place(self.path, name)
        report = self.path / files.REPORT
        for entry in report.iterdir() if report.is_dir() else ():
            storage.place(self.path, f"{files.REPORT}/{entry.name}")

    def record(self) -> SweepRecord:
        """What `sweep.json` says.

        Raises:
            StorageError: it is damaged.
        """
        try:
            return SweepRecord.from_json(self.read_verified_json(files.RECORD))
        except (TypeError, KeyError) as error:
            raise StorageError("is not the record of a sweep", file=str(self.path / files.RECORD)) from error

    def state(self) -> SweepState:
        """What the journal tells.

        Raises:
            StorageError: it is damaged.
        """
        return read_journal(self.path / files.JOURNAL)

    def spec(self, settings: Mapping[str, Any] | None = None) -> SweepSpec:
        """What is searched and how, as it was when the sweep began, but for `settings`.

        Raises:
            InvalidConfigError: the stored files do not fit this version of dlcli, or a setting is wrong.
        """
        record = self.record()
        return sweep_from_texts(
            self.read_text(files.RESOLVED),
            file=record.file,
            base_text=self.read_text(files.BASE),
            base_file=record.base,
            settings=settings,
        )

    def forget_trial(self, number: int) -> None:
        """Remove the run of a trial, where it has one.

        Raises:
            StorageError: it cannot be removed.
        """
        path = self.path / files.trial(number)
        if path.exists():
            storage.remove_folder(path)
