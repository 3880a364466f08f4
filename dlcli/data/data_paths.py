"""Where the files of a data set are looked for."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dlcli.core import DataError

#: called with a description, how many files were read and how many there are
OnRead = Callable[[str, int, int], None]


@dataclass(frozen=True)
class DataPaths:
    """Finds files: `data.path`, the config's folder, for a run its project, `$DLCLI_DATA`, then the user's cache.

    Args:
        config_folder: folder of the config; relative paths start here.
        data_path: the config's `data.path`.
        environment: the process's environment.
        on_read: is told of files that take their time: of what, how many are done, of how many.
        moved_path: where `data_path` is now if the project was moved as a whole; None outside a run.
    """

    config_folder: Path = field(default_factory=Path)
    data_path: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    on_read: OnRead | None = None
    moved_path: Path | None = None

    def folders(self, folder: str | None = None) -> list[Path]:
        """The folders to look in, first one first.

        Args:
            folder: the data set's own folder below `$DLCLI_DATA` and the cache.
        """
        found = [] if self.data_path is None else [self.config_folder / self.data_path.expanduser()]
        found.append(self.config_folder)
        if self.moved_path is not None:
            found.append(self.moved_path)
        if self.environment.get("DLCLI_DATA"):
            found.append(Path(self.environment["DLCLI_DATA"]) / (folder or ""))
        found.append(cache_folder(self.environment) / (folder or ""))
        return found

    def find(self, file: str, *, folder: str | None = None, source: str | None = None) -> Path:
        """The path of `file`.

        Args:
            file: a path, absolute or relative to one of the folders.
            folder: the data set's own folder below `$DLCLI_DATA` and the cache.
            source: where the file can be had.

        Raises:
            DataError: it is nowhere; the message says where it was looked for and how to get it.
        """
        candidates = self._candidates(file, folder)
        for candidate in candidates:
            if candidate.is_file():
                return candidate
        other = next((candidate for candidate in candidates if candidate.exists()), None)
        if other is not None:
            raise DataError(f"{other} is a {kind_of(other)}; a file is expected", code="unreadable_file", file=file)
        raise self._not_found_error("file", file, candidates, source)

    def find_folder(self, name: str, *, folder: str | None = None, source: str | None = None) -> Path:
        """The path of a folder of files; arguments and errors as those of `find`."""
        candidates = self._candidates(name, folder)
        for candidate in candidates:
            if candidate.is_dir():
                return candidate
        file = next((candidate for candidate in candidates if candidate.is_file()), None)
        if file is not None:
            raise DataError(f"{file} is a file; a folder is expected", code="unreadable_file", file=name)
        raise self._not_found_error("folder", name, candidates, source)

    def _candidates(self, name: str, folder: str | None) -> list[Path]:
        candidates = [place / Path(name).expanduser() for place in self.folders(folder)]
        if any("\0" in str(candidate) for candidate in candidates):
            raise DataError("a path cannot have a NUL character", code="unreadable_file", file=name)
        return candidates

    def _not_found_error(self, what: str, name: str, candidates: list[Path], source: str | None) -> DataError:
        tried = list(dict.fromkeys(str(candidate.resolve()) for candidate in candidates))
        message = f"no such {what}; looked at {', '.join(tried)}"
        if "DLCLI_DATA" not in self.environment:
            message += "; the environment variable DLCLI_DATA, where data sets may be kept, is not set"
        if source is not None:
            message += f"; it can be had from {source}"
        return DataError(message, code="missing_file", file=name)


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's cache: the last place that is looked at, and where what takes long to compute is kept."""
    return Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "dlcli"


def sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        check_regular(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        check_regular(path)
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def check_regular(path: Path) -> None:
    """Refuse what has no end, or none that is known: pipes, sockets and devices.

    Raises:
        DataError: with what it is.
        OSError: there is nothing.
    """
    if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
        raise DataError(f"is a {kind_of(path)}; a file is expected", code="unreadable_file", file=str(path))


def kind_of(path: Path) -> str:
    """What is at a path."""
    mode = path.stat().st_mode
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


def unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"cannot be read: {error.strerror or error}", code="unreadable_file", file=str(path))
