"""Folders of files, such as pictures or texts: which files there are, and of which class."""

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

#: what systems and programs leave in folders, in lower case; so are all names that begin with a dot
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
    """What is looked for in folders.

    Args:
        name: what one file holds.
        endings: endings of the names of such files, in lower case.
    """

    name: str
    endings: tuple[str, ...]

    def is_named_by(self, path: Path) -> bool:
        """Whether a file is one of this kind by its name."""
        return path.name.lower().endswith(self.endings)

    def __str__(self) -> str:
        return f"{self.name} ({' '.join(self.endings)})"


FIGURES = FileKind("picture", ENDINGS)
TEXTS = FileKind("text", (".txt",))


@dataclass(frozen=True)
class FoundFiles:
    """Files in a folder, in the order of their names.

    Args:
        root: the folder.
        kind: what was looked for.
        files: those that were found.
        labels: the class of each; empty where that was not asked for.
        others: files of other kinds by their names.
        special: what is no file with a content, such as pipes, devices and broken links.
        known: links to folders that are read already, and are not followed.
        loose: Number of files next to the class folders, which have no class.
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
        """What the user knows each file by: its path below the folder."""
        return [self._name(file) for file in self.files]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was not read, and what is called otherwise."""
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


def all_files(root: Path, kind: FileKind) -> FoundFiles:
    """Every file of a kind below a folder.

    Raises:
        DataError: there is none, or a folder cannot be read.
    """
    walk = _Walk(kind, [root])
    walk.enter(root)
    if not walk.files:
        raise DataError(f"holds no {kind}", code="empty_data", file=str(root))
    return walk.found(root)


def class_folders(root: Path, kind: FileKind, *, classes: Sequence[str] | None = None) -> FoundFiles:
    """The files of a folder that has a folder for each class; folders inside those belong to the class.

    Args:
        root: the folder.
        kind: what is looked for.
        classes: names of the class folders; None means all there are.

    Raises:
        DataError: there are no such folders, there is no file of the kind in some, or a folder cannot be read.
    """
    folders, loose = _folders_of_classes(root, kind)
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
        raise DataError(f"this class folder holds no {kind}{more}", code="empty_data", file=str(empty[0]))
    if len(set(labels)) < len(folders):
        raise DataError("holds class folders whose names differ only in what is not UTF-8", file=str(root))
    return walk.found(root, labels, loose)


def _folders_of_classes(root: Path, kind: FileKind) -> tuple[list[Path], list[Path]]:
    """The class folders, and the files of the kind beside them."""
    entries = [Path(entry.path) for entry in _entries(root)]
    folders = [entry for entry in entries if entry.is_dir()]
    if not folders:
        inside = f"{kind.name}s, but no folders" if any(map(kind.is_named_by, entries)) else "no folders"
        message = f"holds {inside}; the {kind.name}s of each class go into a folder of its own"
        raise DataError(message, file=str(root))
    if {folder.name.lower() for folder in folders} <= SPLIT_NAMES:
        named = ", ".join(f"{_split(folder.name)}: {root.name}/{folder.name}" for folder in folders)
        message = f"holds splits, not classes; give each split its folder, without path; files: {{{named}}}"
        raise DataError(message, file=str(root))
    return folders, [entry for entry in entries if kind.is_named_by(entry) and entry.is_file()]


def _split(name: str) -> str:
    return "dev" if name.lower().startswith("val") else name.lower()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder but for what systems and programs leave there, by name."""
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in found if entry.name[0] != "." and entry.name.lower() not in LITTER]
    except OSError as error:
        raise unreadable(folder, error) from error
    return sorted(entries, key=lambda entry: entry.name)


@dataclass
class _Walk:
    """What was found so far below some folders.

    Args:
        kind: what is looked for.
        starts: the folders that are entered by themselves, and by no link.
    """

    kind: FileKind
    starts: Sequence[Path]
    files: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    special: list[Path] = field(default_factory=list)
    known: list[Path] = field(default_factory=list)

    def enter(self, folder: Path) -> None:
        """Find what is below a folder at any depth; a folder that links lead to is entered once."""
        seen = {_identity(start) for start in self.starts}
        links = deque(self._enter(folder, seen))
        while links:  # the last, so that folders are known by their own names
            link = links.popleft()
            identity = _identity(link)
            if identity in seen:
                self.known.append(link)
            else:
                seen.add(identity)
                links += self._enter(link, seen)

    def _enter(self, folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
        """Find what is below a folder, and return the links to other folders."""
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
            if identity in seen:  # a link has led to it before
                self.known.append(inner)
            else:
                seen.add(identity)
                links += self._enter(inner, seen)
        return links

    def found(self, root: Path, labels: Sequence[str] = (), loose: Sequence[Path] = ()) -> FoundFiles:
        """All of it."""
        lists = (self.others, self.special, self.known, loose)
        return FoundFiles(root, self.kind, tuple(self.files), tuple(labels), *map(tuple, lists))


def _identity(folder: Path) -> tuple[int, int]:
    """What a folder is, by whatever path.

    Raises:
        DataError: it cannot be read.
    """
    try:
        status = folder.stat()
    except OSError as error:
        raise unreadable(folder, error) from error
    return status.st_dev, status.st_ino
