"""List the image or text files of class folders."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dlcli.core import DataError, formatting
from dlcli.data.data_paths import unreadable
from dlcli.data.decoding import without_surrogates
from dlcli.data.images import ENDINGS

#: folders of these names are splits, not classes
SPLIT_NAMES = {"train", "train_dev", "dev", "val", "valid", "validation", "test"}

#: names that operating systems and programs leave in folders, in lower case; hidden files are ignored, too
LITTER = {
    "__macosx",
    "__pycache__",
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "@eadir",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "icon\r",
}


@dataclass(frozen=True)
class FileKind:
    """A kind of files to list.

    Args:
        name: Singular noun for the content of a file.
        endings: File name extensions of the kind, in lower case.
    """

    name: str
    endings: tuple[str, ...]

    def is_named_by(self, path: Path) -> bool:
        """Return whether a file is of this kind by its name."""
        return path.name.lower().endswith(self.endings)

    def __str__(self) -> str:
        return f"{self.name} ({' '.join(self.endings)})"


IMAGES = FileKind("image", ENDINGS)
TEXTS = FileKind("text", (".txt",))


@dataclass(frozen=True)
class FileListing:
    """Files below a folder, in the order of their names.

    Args:
        root: Folder of the listing.
        kind: Kind of the files.
        files: Paths of the files.
        labels: Class of each file; empty if classes are not needed.
        others: Files of other kinds by their names.
        special: Paths without content, such as pipes, devices and broken links.
        known: Links to folders that are listed already, which are not followed.
        loose: Files next to the class folders, which have no class.
    """

    root: Path
    kind: FileKind
    files: tuple[Path, ...]
    labels: tuple[str, ...] = ()
    others: tuple[Path, ...] = ()
    special: tuple[Path, ...] = ()
    known: tuple[Path, ...] = ()
    loose: tuple[Path, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the files for the user: paths below the folder."""
        return [self._name(file) for file in self.files]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about paths that were skipped, and names that are changed."""
        undecodable = [file for file in self.files if self._name(file) != file.relative_to(self.root).as_posix()]
        kind = self.kind.name
        groups: Sequence[tuple[Sequence[Path], str, str]] = (
            (self.others, "file", f"whose name does not end as that of a {kind}: left out"),
            (self.special, "special file or broken link", "left out"),
            (self.known, "link", "to folders that are read already: not followed"),
            (self.loose, kind, "next to the class folders without a class: left out"),
            (undecodable, "name", "not in UTF-8: shown with U+FFFD"),
        )
        return tuple(
            f"{self.root}: {formatting.count(len(paths), noun)} {what}, the first is {self._name(paths[0])}"
            for paths, noun, what in groups
            if paths
        )

    def _name(self, path: Path) -> str:
        return without_surrogates(path.relative_to(self.root).as_posix())


def all_files(root: Path, kind: FileKind) -> FileListing:
    """List all files of a kind below a folder.

    Raises:
        DataError: There are no such files, or a folder cannot be read.
    """
    walk = _Walk(kind, [root])
    walk.enter(root)
    if not walk.files:
        raise DataError(f"expected files of kind {kind}, got none", code="empty_data", file=str(root))
    return walk.listing(root)


def class_folders(root: Path, kind: FileKind, *, classes: Sequence[str] | None = None) -> FileListing:
    """List the files of class folders, including their subfolders.

    Args:
        root: Folder with the class folders.
        kind: Kind of the files.
        classes: Names of the class folders; None = all.

    Raises:
        DataError: There are no class folders, a class folder has no such files, or a folder cannot be read.
    """
    folders, loose = _class_folders(root, kind)
    if classes is not None:
        folders = [root / name for name in classes]
    walk = _Walk(kind, [root, *folders])
    labels: list[str] = []
    empty: list[Path] = []
    for folder in folders:
        before = len(walk.files)
        walk.enter(folder)
        labels += [without_surrogates(folder.name)] * (len(walk.files) - before)
        empty += [folder] * (len(walk.files) == before)
    if empty:
        more = f", nor do {', '.join(folder.name for folder in empty[1:])}" if len(empty) > 1 else ""
        raise DataError(f"this class folder has no {kind}{more}", code="empty_data", file=str(empty[0]))
    if len(set(labels)) < len(folders):
        message = "has class folders whose names differ only in bytes that are not UTF-8"
        raise DataError(message, code="duplicate_name", file=str(root))
    return walk.listing(root, labels, loose)


def _class_folders(root: Path, kind: FileKind) -> tuple[list[Path], list[Path]]:
    """Return the class folders, and the files of the kind next to them."""
    entries = [Path(entry.path) for entry in _entries(root)]
    folders = [entry for entry in entries if entry.is_dir()]
    if not folders:
        content = f"{kind.name}s but no folders" if any(map(kind.is_named_by, entries)) else "no folders"
        message = f"has {content}; expected a folder with the {kind.name}s of each class"
        raise DataError(message, code="wrong_format", file=str(root))
    if {folder.name.lower() for folder in folders} <= SPLIT_NAMES:
        named = ", ".join(f"{_split(folder.name)}: {root.name}/{folder.name}" for folder in folders)
        message = f"has splits instead of classes; remove path and set split.files: {{{named}}}"
        raise DataError(message, code="wrong_format", file=str(root))
    return folders, [entry for entry in entries if kind.is_named_by(entry) and entry.is_file()]


def _split(name: str) -> str:
    return "dev" if name.lower().startswith("val") else name.lower()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder sorted by name, without hidden files and litter."""
    try:
        with os.scandir(folder) as iterator:
            entries = [entry for entry in iterator if entry.name[0] != "." and entry.name.lower() not in LITTER]
    except OSError as error:
        raise unreadable(folder, error) from error
    return sorted(entries, key=lambda entry: entry.name)


@dataclass
class _Walk:
    """The state of a walk through folders.

    Args:
        kind: Kind of the files to list.
        starts: Folders that are entered directly, so links to them are not followed.
        files: Files of the kind.
        others: Files of other kinds.
        special: Paths without content.
        known: Links to folders that were entered already.
    """

    kind: FileKind
    starts: Sequence[Path]
    files: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    special: list[Path] = field(default_factory=list)
    known: list[Path] = field(default_factory=list)

    def enter(self, folder: Path) -> None:
        """List a folder and its subfolders; a folder that several links lead to is entered once."""
        seen = {_identity(start) for start in self.starts}
        links = deque(self._enter(folder, seen))
        while links:  # links come last, so that folders are listed under their own names
            link = links.popleft()
            identity = _identity(link)
            if identity in seen:
                self.known.append(link)
            else:
                seen.add(identity)
                links += self._enter(link, seen)

    def _enter(self, folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
        """List a folder and its subfolders, and return the links to other folders."""
        folders: list[Path] = []
        links: list[Path] = []
        for entry in _entries(folder):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.is_symlink() and path.is_dir():
                links.append(path)
            elif not entry.is_file(follow_symlinks=False) and not path.is_file():
                self.special.append(path)
            else:
                (self.files if self.kind.is_named_by(path) else self.others).append(path)
        for inner in folders:
            identity = _identity(inner)
            if identity in seen:  # it was entered through a link
                self.known.append(inner)
            else:
                seen.add(identity)
                links += self._enter(inner, seen)
        return links

    def listing(self, root: Path, labels: Sequence[str] = (), loose: Sequence[Path] = ()) -> FileListing:
        """Return the result of the walk."""
        lists = (self.others, self.special, self.known, loose)
        return FileListing(root, self.kind, tuple(self.files), tuple(labels), *map(tuple, lists))


def _identity(folder: Path) -> tuple[int, int]:
    """Return device and inode of a folder, which do not depend on its path.

    Raises:
        DataError: The folder cannot be read.
    """
    try:
        status = folder.stat()
    except OSError as error:
        raise unreadable(folder, error) from error
    return status.st_dev, status.st_ino
