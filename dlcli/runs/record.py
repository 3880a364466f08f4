"""`run.json`: the record of a run, from its start to its end."""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Predicate

from dlcli.core import component_modules
from dlcli.runs.folder import as_json
from dlcli.runs.own_checksum import add_checksum

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def is_timestamp(text: str) -> bool:
    """Return whether a text is a time in ISO 8601 with its offset from UTC."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


Timestamp = Annotated[str, Predicate(is_timestamp)]
Status = Literal["running", "done", "pruned", "diverged", "interrupted", "failed"]

#: Properties of the host that affect the bits of a result; they are compared when a run is resumed.
DECISIVE = ("machine", "cpu", "libc", "kernels", "blas")
#: Numbers of threads, which determine the order of sums in BLAS.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """The fields of `run.json`.

    Args:
        id: Name of the folder.
        name: Name of the experiment.
        seed: Seed of the experiment.
        command: Command line that started the run.
        data: SHA-256 of every file that was read, by name.
        started: UTC time of the start, ISO 8601.
        status: Status, "running" until the end.
        exit_code: Exit code of the process; None while it runs.
        ended: UTC time of the end, ISO 8601; None while it runs.
        error: Error document of a failure.
        metrics: Final metrics, `<split>/<metric>` → value.
        resumed: Command lines that resumed the run, in order.
        versions: Versions of dlcli, Python and the numerical libraries.
        components: Modules outside dlcli whose components the config names, each with its distribution, such as
            `my-package 1.0`; None if no installed distribution contains the module.
        git_commit: Commit of the config's folder, with `-dirty` if files differ; None outside a repository.
        data_folder: Path from the run to the folder of its data, for projects that are moved as a whole.
        initial_weights: Source of the initial weights with its SHA-256, and the new, trained and frozen layers; None if
            all weights were random.
        host: Machine, operating system, CPU count, thread settings, and the instruction set and number of threads of
            the kernels.
        files: SHA-256 of the files of the run that its model depends on besides the weights, by name; empty for runs of
            versions that did not record it.
        outputs: SHA-256 of the files that are complete at the end, by name: the history and the report, which has those
            of the predictions. Empty while the run is running, and for runs of versions that did not record it.
        changes: Differences at each resumption that can affect the bits of the result.
    """

    id: str
    name: str
    seed: int
    command: tuple[str, ...]
    data: Mapping[str, str]
    started: Timestamp
    status: Status = "running"
    exit_code: int | None = None
    ended: Timestamp | None = None
    error: Mapping[str, Any] | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    resumed: tuple[tuple[str, ...], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str | None] = field(default_factory=dict)
    git_commit: str | None = None
    data_folder: str | None = None
    initial_weights: Mapping[str, Any] | None = None
    host: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    @classmethod
    def begin(
        cls,
        *,
        id: str,
        name: str,
        seed: int,
        command: Sequence[str],
        data: Mapping[str, str],
        git_commit: str | None,
        data_folder: str | None = None,
        initial_weights: Mapping[str, Any] | None = None,
        files: Mapping[str, str] | None = None,
        compute: Mapping[str, Any] | None = None,
        components: Iterable[str] = (),
    ) -> RunRecord:
        """Return the record of a run that starts now on this machine.

        Args:
            id: Name of the folder.
            name: Name of the experiment.
            seed: Seed of the experiment.
            command: Command line.
            data: SHA-256 of every file that was read, by name.
            git_commit: Commit of the config's folder.
            data_folder: Path from the run to the folder of its data.
            initial_weights: Source of the initial weights.
            files: SHA-256 of the files that the model depends on, by name.
            compute: Properties of the kernels, which are added to those of the host.
            components: Modules outside dlcli.
        """
        return cls(
            id=id,
            name=name,
            seed=seed,
            command=tuple(command),
            data=dict(data),
            started=utc_now(),
            versions=versions(),
            components=distributions(components),
            git_commit=git_commit,
            data_folder=data_folder,
            initial_weights=initial_weights,
            host=host() | dict(compute or {}),
            files=dict(files or {}),
        )

    def resume(self, command: Sequence[str], *, compute: Mapping[str, Any] | None = None) -> RunRecord:
        """Return the record of the same run, resumed now on this machine.

        Args:
            command: Command line.
            compute: Properties of the kernels, which are added to those of the host.
        """
        here = dataclasses.replace(
            self,
            versions=versions(),
            components=distributions(self.components),
            host=host() | dict(compute or {}),
        )
        return dataclasses.replace(
            here,
            status="running",
            exit_code=None,
            ended=None,
            error=None,
            outputs={},
            resumed=(*self.resumed, tuple(command)),
            changes=(*self.changes, *self.differences(here)),
        )

    def differences(self, other: RunRecord) -> list[str]:
        """Return differences that can affect bits, such as `numpy was 2.1.0, is 2.2.0`; unknown values are ignored."""
        before, after = (
            {**record.versions, **record.components, **{name: record.host.get(name) for name in DECISIVE}}
            for record in (self, other)
        )
        return [
            f"{name} was {_brief(before[name])}, is {_brief(after[name])}"
            for name in before
            if before[name] is not None and after.get(name) is not None and before[name] != after[name]
        ]

    def end(
        self,
        status: Status,
        exit_code: int,
        *,
        metrics: Mapping[str, float | None],
        error: Mapping[str, Any] | None,
        outputs: Mapping[str, str] | None = None,
    ) -> RunRecord:
        """Return the record of the same run, ended now.

        Args:
            status: Final status.
            exit_code: Exit code of the process.
            metrics: Final metrics.
            error: Error document of a failure.
            outputs: SHA-256 of the complete files, by name.
        """
        return dataclasses.replace(
            self,
            status=status,
            exit_code=exit_code,
            ended=utc_now(),
            metrics=dict(metrics),
            error=error,
            outputs=dict(outputs or {}),
        )

    def to_bytes(self) -> bytes:
        """Return the content of `run.json`, with its checksum."""
        return as_json(add_checksum(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunRecord:
        """Create a record from the result of `to_json`; keys of later versions are ignored.

        Raises:
            ValueError: A field is missing or of the wrong type, or `value` is not a mapping.
        """
        return _schema().validate_python(value)


@functools.cache
def _schema() -> TypeAdapter[RunRecord]:
    from pydantic import TypeAdapter

    return TypeAdapter(RunRecord)


def _brief(value: Any) -> str:
    """Return a version, or the values of a description in one line."""
    return " ".join(str(part) for part in value.values()) if isinstance(value, Mapping) else str(value)


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@functools.cache
def versions() -> Mapping[str, str]:
    """Return the versions that a result depends on."""
    libraries = {name: importlib.metadata.version(name) for name in ("dlcli", "numpy", "safetensors")}
    return {"python": platform.python_version(), **libraries}


def distributions(modules: Iterable[str]) -> dict[str, str | None]:
    """Return module → distribution and version that contain it; None if there is none."""
    pairs = {module: component_modules.distribution_of(module) for module in modules}
    return {module: None if pair is None else " ".join(pair) for module, pair in pairs.items()}


def host() -> dict[str, Any]:
    """Return the properties of this machine."""
    return {
        "machine": platform.machine(),
        "system": _system(),
        "cpu": _processor(),
        "libc": _libc(),
        "cpu_count": os.cpu_count(),
        "process_id": os.getpid(),
        "threads": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
    }


@functools.cache
def _system() -> str:
    return platform.platform(terse=True)


@functools.cache
def _processor() -> str | None:
    """Return the model of the processor; None if it is unknown."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


@functools.cache
def _libc() -> str | None:
    """Return the C library, which affects rounding; None if it is unknown."""
    return " ".join(platform.libc_ver()).strip() or None
