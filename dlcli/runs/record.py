"""`run.json`: what a run is, how it came to be and how it ended."""

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
    """Whether a text is a point in time in ISO 8601, with its offset from UTC."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


Timestamp = Annotated[str, Predicate(is_timestamp)]
Status = Literal["running", "done", "pruned", "diverged", "interrupted", "failed"]

#: what of the host decides the bits of a result, and is compared when a run is resumed
DECISIVE = ("machine", "cpu", "libc", "kernels", "blas")
#: BLAS sums in another order on another number of threads
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """The fields of `run.json`.

    Args:
        id: the folder's name.
        name: the experiment's name.
        seed: the experiment's seed.
        command: the command line that started it.
        data: SHA-256 of every file that was read, by name.
        started: UTC time, ISO 8601.
        status: "running" until it ends.
        exit_code: of the process; None while it runs.
        ended: UTC time, ISO 8601; None while it runs.
        error: the error document of the failure, if it failed.
        metrics: the final metrics, `<split>/<metric>` → value.
        resumed: the command lines that went on with it, in order.
        versions: of dlcli, Python and the libraries that compute.
        components: Modules outside dlcli whose components the config names, each with the distribution that has it,
            such as `my-package 1.0`; None where no installed distribution has it.
        git_commit: of the folder the config is in, with `-dirty` when files differ; None outside a repository.
        data_folder: path from the run's folder to that of its data, for projects that are moved as a whole.
        initial_weights: where the model's weights came from, with their SHA-256, and which layers were new, trained
            and frozen; None where all were random.
        host: machine, operating system, CPU count, thread settings, and what computes: the instruction set and the
            number of threads that are really used.
        files: SHA-256 of the run's own files that its model depends on next to the weights, by name; empty for runs of
            versions that did not record it.
        outputs: SHA-256 of the files that were complete when it ended, by name: its history and its report, which has
            those of the predictions. Empty while it runs, and for runs of versions that did not record it.
        changes: what was different when it was resumed, and may have led to other bits.
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
        """The record of a run that starts now, on this machine; `compute` says what computes."""
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
        """The same run, resumed now on this machine; `compute` says what computes."""
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
        """What may lead to other bits in `other`, such as `numpy was 2.1.0, is 2.2.0`; unknown values do not differ."""
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
        """The same run, ended now."""
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
        """The content of `run.json`, with its own checksum."""
        return as_json(add_checksum(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunRecord:
        """The inverse of `to_json`; keys that a later version has added are left aside.

        Raises:
            ValueError: a field is missing or of the wrong type, or `value` is not a mapping.
        """
        return _schema().validate_python(value)


@functools.cache
def _schema() -> TypeAdapter[RunRecord]:
    from pydantic import TypeAdapter

    return TypeAdapter(RunRecord)


def _brief(value: Any) -> str:
    """A version, or the parts of a description in a row."""
    return " ".join(str(part) for part in value.values()) if isinstance(value, Mapping) else str(value)


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@functools.cache
def versions() -> Mapping[str, str]:
    """The versions that a result depends on."""
    libraries = {name: importlib.metadata.version(name) for name in ("dlcli", "numpy", "safetensors")}
    return {"python": platform.python_version(), **libraries}


def distributions(modules: Iterable[str]) -> dict[str, str | None]:
    """Modules with the distribution and version that has each of them, None where there is none."""
    pairs = {module: component_modules.distribution_of(module) for module in modules}
    return {module: None if pair is None else " ".join(pair) for module, pair in pairs.items()}


def host() -> dict[str, Any]:
    """The machine that a result was computed on."""
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
    """Model of the processor; None where the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


@functools.cache
def _libc() -> str | None:
    """The C library, whose functions round in their own way; None where it does not say."""
    return " ".join(platform.libc_ver()).strip() or None
