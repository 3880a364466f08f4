"""Find the files of data sets."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dlcli.core import DataError, ErrorCode

#: function to call with a description, the number of files that were read, and the number of all files
OnRead = Callable[[str, int, int], None]


@dataclass(frozen=True)
class DataPaths:
    """Finds files: `data.path`, the config's folder, for a run its project, `$DLCLI_DATA`, then the user's cache.

    Args:
        config_folder: Folder of the config; relative paths start here.
        data_path: The config's `data.path`.
        environment: Environment variables.
        on_read: Function to call with the progress of reading many files.
        moved_path: New location of `data_path` if the project was moved as a whole; None outside a run.
    """

    config_folder: Path = field(default_factory=Path)
    data_path: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    on_read: OnRead | None = None
    moved_path: Path | None = None

    def folders(self, folder: str | None = None) -> list[Path]:
        """Return the folders to search, in order.

        Args:
            folder: Subfolder of `$DLCLI_DATA` and of the cache.
        """
        folders = [] if self.data_path is None else [self.config_folder / self.data_path.expanduser()]
        folders.append(self.config_folder)
        if self.moved_path is not None:
            folders.append(self.moved_path)
        if self.environment.get("DLCLI_DATA"):
            folders.append(Path(self.environment["DLCLI_DATA"]) / (folder or ""))
        folders.append(cache_folder(self.environment) / (folder or ""))
        return folders

    def find(self, file: str, *, folder: str | None = None, source: str | None = None) -> Path:
        """Return the path of a file.

        Args:
            file: Path, absolute or relative to one of the folders.
            folder: Subfolder of `$DLCLI_DATA` and of the cache.
            source: Where to download the file.

        Raises:
            DataError: The file does not exist; the message lists the paths that were tried and how to get the file.
        """
        candidates = self._candidates(file, folder)
        for candidate in candidates:
            if candidate.is_file():
                return candidate
        other = next((candidate for candidate in candidates if candidate.exists()), None)
        if other is not None:
            raise DataError(f"{other} is a {kind_of(other)}; expected a file", code="unreadable_file", file=file)
        raise self._not_found_error("file", file, candidates, source)

    def find_folder(self, name: str, *, folder: str | None = None, source: str | None = None) -> Path:
        """Return the path of a folder; arguments and errors are those of `find`."""
        candidates = self._candidates(name, folder)
        for candidate in candidates:
            if candidate.is_dir():
                return candidate
        file = next((candidate for candidate in candidates if candidate.is_file()), None)
        if file is not None:
            raise DataError(f"{file} is a file; expected a folder", code="unreadable_file", file=name)
        raise self._not_found_error("folder", name, candidates, source)

    def _candidates(self, name: str, folder: str | None) -> list[Path]:
        candidates = [path / Path(name).expanduser() for path in self.folders(folder)]
        if any("\0" in str(candidate) for candidate in candidates):
            raise DataError("a path cannot have a NUL character", code="unreadable_file", file=name)
        return candidates

    def _not_found_error(self, what: str, name: str, candidates: list[Path], source: str | None) -> DataError:
        tried = list(dict.fromkeys(str(candidate.resolve()) for candidate in candidates))
        message = f"no such {what}; tried {', '.join(tried)}"
        if "DLCLI_DATA" not in self.environment:
            message += "; the environment variable DLCLI_DATA, which names a folder of data sets, is not set"
        if source is not None:
            message += f"; download it from {source}"
        return DataError(message, code="missing_file", file=name)


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the user's cache folder, which is searched last and stores results that take long to compute."""
    return Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "dlcli"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        check_regular(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def file_digests(files: Iterable[Path]) -> dict[str, str]:
    """Return name → SHA-256 of files, with a distinct name for each file.

    Raises:
        DataError: A file cannot be read.
    """
    return {name: sha256(file) for file, name in distinct_names(files).items()}


def distinct_names(paths: Iterable[Path], *, min_parts: int = 1) -> dict[Path, str]:
    """Return path → its name, with as many parent folders as distinguish it from the other paths.

    Args:
        paths: Paths to name.
        min_parts: Minimum number of parts of a name; 2 = the last folder and the name.
    """
    distinct = [*dict.fromkeys(paths)]

    def name_of(path: Path) -> str:
        others = [other.parts for other in distinct if other != path]
        count = min_parts
        while any(other[-count:] == path.parts[-count:] for other in others):
            count += 1
        return Path(*path.parts[-count:]).as_posix()

    return {path: name_of(path) for path in distinct}


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        check_regular(path)
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def check_regular(path: Path) -> None:
    """Reject pipes, sockets and devices, which may have no end.

    Raises:
        DataError: The path is not a regular file; the message says what it is.
        OSError: The path does not exist.
    """
    if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
        raise DataError(f"is a {kind_of(path)}; expected a file", code="unreadable_file", file=str(path))


def kind_of(path: Path) -> str:
    """Return the kind of file at a path."""
    mode = path.stat().st_mode
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


def unreadable(path: Path, error: OSError) -> DataError:
    """Return the error for a file that cannot be read."""
    code: ErrorCode = "missing_file" if isinstance(error, FileNotFoundError) else "unreadable_file"
    return DataError(f"cannot be read: {error.strerror or error}", code=code, file=str(path))
