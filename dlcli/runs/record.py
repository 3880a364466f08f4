"""`run.json`: what a run is, how it came to be and how it ended."""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Status = Literal["running", "done", "pruned", "diverged", "interrupted", "failed"]

#: what decides the bits of a result beside the code: BLAS sums in another order on another number of threads
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
        git_commit: of the folder the config is in, with `-dirty` when files differ; None outside a repository.
        data_folder: path from the run's folder to that of its data, for projects that are moved as a whole.
        initial_weights: where the model's weights came from, with their SHA-256, and which layers were new, trained
            and frozen; None where all were random.
        host: machine, operating system, CPU count and thread settings.
        files: SHA-256 of the run's own files that its model depends on beside the weights, by name; empty for runs of
            versions that did not record it.
    """

    id: str
    name: str
    seed: int
    command: tuple[str, ...]
    data: Mapping[str, str]
    started: str
    status: Status = "running"
    exit_code: int | None = None
    ended: str | None = None
    error: Mapping[str, Any] | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    resumed: tuple[tuple[str, ...], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    git_commit: str | None = None
    data_folder: str | None = None
    initial_weights: Mapping[str, Any] | None = None
    host: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

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
    ) -> RunRecord:
        """The record of a run that starts now, on this machine."""
        return cls(
            id=id,
            name=name,
            seed=seed,
            command=tuple(command),
            data=dict(data),
            started=utc_now(),
            versions=versions(),
            git_commit=git_commit,
            data_folder=data_folder,
            initial_weights=initial_weights,
            host=host(),
            files=dict(files or {}),
        )

    def resume(self, command: Sequence[str]) -> RunRecord:
        """The same run, going on now on this machine."""
        return dataclasses.replace(
            self,
            status="running",
            exit_code=None,
            ended=None,
            error=None,
            resumed=(*self.resumed, tuple(command)),
            versions=versions(),
            host=host(),
        )

    def end(
        self, status: Status, exit_code: int, *, metrics: Mapping[str, float | None], error: Mapping[str, Any] | None
    ) -> RunRecord:
        """The same run, ended now."""
        return dataclasses.replace(
            self, status=status, exit_code=exit_code, ended=utc_now(), metrics=dict(metrics), error=error
        )

    def to_json(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunRecord:
        """The inverse of `to_json`; keys that a later version has added are left aside.

        Raises:
            TypeError, AttributeError: a field is missing, or `value` is no mapping.
        """
        known = {item.name for item in dataclasses.fields(cls)}
        fields = {key: item for key, item in value.items() if key in known}
        fields["command"] = tuple(fields.get("command", ()))
        fields["resumed"] = tuple(tuple(command) for command in fields.get("resumed", ()))
        return cls(**fields)


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@functools.cache
def versions() -> Mapping[str, str]:
    """The versions that a result depends on."""
    libraries = {name: importlib.metadata.version(name) for name in ("dlcli", "numpy", "safetensors")}
    return {"python": platform.python_version(), **libraries}


def host() -> dict[str, Any]:
    """The machine that a result was computed on."""
    return {
        "machine": platform.machine(),
        "system": _system(),
        "cpu_count": os.cpu_count(),
        "process_id": os.getpid(),
        "threads": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
    }


@functools.cache
def _system() -> str:
    return platform.platform(terse=True)
