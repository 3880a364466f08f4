"""Checks of `dlcli doctor`: the machine, the libraries and the folders that an experiment needs."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dlcli.core import formatting

PYTHON = (3, 11)


@dataclass(frozen=True)
class Check:
    """Result of one check.

    Args:
        name: Name of the check.
        found: Version, path or problem that was found.
        ok: Whether experiments can run and give correct results.
    """

    name: str
    found: str
    ok: bool = True


def examine(runs_dir: Path) -> list[Check]:
    """Run all checks, in the order of the output."""
    return [
        python(),
        *dependencies(),
        *blas(),
        cores(),
        memory(),
        kernels(),
        *components(),
        data(),
        runs_folder(runs_dir),
        git(),
    ]


def python() -> Check:
    version = platform.python_version_tuple()
    ok = (int(version[0]), int(version[1])) >= PYTHON
    return Check("python", f"{platform.python_version()} ({platform.python_implementation()})", ok)


def dependencies() -> Iterator[Check]:
    """Check that the dependencies of dlcli are installed."""
    for requirement in importlib.metadata.requires("dlcli") or []:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            yield Check(name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, f"missing; pip install '{requirement}'", ok=False)


def blas() -> Iterator[Check]:
    """Report the BLAS libraries that NumPy uses and their numbers of threads."""
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    for pool in threadpool_info():
        architecture = pool.get("architecture")
        details = f"{pool['internal_api']} {pool['version'] or ''}".strip()
        kind = f" for {architecture}" if architecture else ""
        yield Check(str(pool["user_api"]), f"{details}{kind}, {pool['num_threads']} threads")


def cores() -> Check:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Check("cores", f"{usable} of {os.cpu_count()} usable ({platform.machine()})")


def memory() -> Check:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Check("memory", formatting.byte_size(total))


def kernels() -> Check:
    """Report whether the native kernels are used, and the reason if they are not."""
    from dlcli import kernels
    from dlcli.kernels import fallback_reason

    reason = fallback_reason()
    return Check("kernels", kernels.backend() + (f": {reason}" if reason else ""))


def components() -> Iterator[Check]:
    """Report other packages that provide components, if there are any."""
    from dlcli.core import ConfigError, component_modules

    try:
        accepted = component_modules.accepted_modules()
        if accepted:
            import dlcli.components  # noqa: F401  # imports all of them

            yield Check("components", ", ".join(f"{module} ({source})" for module, source in accepted.items()))
    except ConfigError as error:
        yield Check("components", str(error), ok=False)


def data() -> Check:
    """Report the folders that are searched for data sets, after the folder of the config."""
    from dlcli.data import DataPaths

    folders = DataPaths().folders()[1:]
    missing = "DLCLI_DATA" in os.environ and not folders[0].is_dir()
    note = "; $DLCLI_DATA is not a folder" if missing else ""
    return Check("data", f"{', then '.join(map(str, folders))}{note}", ok=not missing)


def runs_folder(folder: Path) -> Check:
    """Check that the folder of the runs is writable, and report the free space."""
    existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Check("runs", f"{folder} cannot be written", ok=False)
    return Check("runs", f"{folder}, {formatting.byte_size(shutil.disk_usage(existing).free)} free")


def git() -> Check:
    path = shutil.which("git")
    return Check("git", path or "not found; runs will not record the commit of the code")
