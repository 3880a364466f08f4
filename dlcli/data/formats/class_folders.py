"""Folders of pictures: which files there are, and of which class."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dlcli.data.pictures import ENDINGS
from dlcli.data.places import unreadable
from dlcli.errors import DataError

#: folders of these names are splits, not classes
SPLIT_NAMES = {"train", "train_dev", "dev", "val", "valid", "validation", "test"}


@dataclass(frozen=True)
class PictureFiles:
    """Files in a folder, in the order of their names.

    Args:
        root: the folder.
        files: the pictures.
        labels: the class of each; empty where that was not asked for.
        others: files that are no pictures by their names.
    """

    root: Path
    files: tuple[Path, ...]
    labels: tuple[str, ...]
    others: tuple[Path, ...]

    @property
    def names(self) -> list[str]:
        """What the user knows each file by: its path below the folder."""
        return [file.relative_to(self.root).as_posix() for file in self.files]

    @property
    def warnings(self) -> tuple[str, ...]:
        if not self.others:
            return ()
        found = f"{len(self.others)} files that are no pictures by their names were left out"
        return (f"{self.root}: {found}, the first is {self.others[0].relative_to(self.root)}",)


def all_pictures(root: Path) -> PictureFiles:
    """Every picture below a folder.

    Raises:
        DataError: there is none.
    """
    files, others = _below(root)
    if not files:
        raise DataError(f"holds no picture ({' '.join(ENDINGS)})", file=str(root))
    return PictureFiles(root, files, (), others)


def class_folders(root: Path) -> PictureFiles:
    """The pictures of a folder that has a folder for each class; folders inside those belong to the class.

    Raises:
        DataError: there are no such folders, or there is no picture in one.
    """
    folders = [entry for entry in _entries(root) if entry.is_dir()]
    if not folders:
        inside = "pictures, but no folders" if any(map(_is_picture, _entries(root))) else "no folders"
        raise DataError(f"holds {inside}; the pictures of each class go into a folder of its own", file=str(root))
    if {folder.name.lower() for folder in folders} <= SPLIT_NAMES:
        named = ", ".join(f"{_split(folder.name)}: {root.name}/{folder.name}" for folder in folders)
        raise DataError(
            f"holds splits, not classes; name them as data.split.files: {{{named}}}, without path", file=str(root)
        )
    files: list[Path] = []
    labels: list[str] = []
    others: list[Path] = []
    for folder in folders:
        found, rest = _below(folder)
        if not found:
            raise DataError(f"this class folder holds no picture ({' '.join(ENDINGS)})", file=str(folder))
        files += found
        labels += [folder.name] * len(found)
        others += rest
    return PictureFiles(root, tuple(files), tuple(labels), tuple(others))


def _split(name: str) -> str:
    return "dev" if name.lower().startswith("val") else name.lower()


def _entries(folder: Path) -> list[Path]:
    """What is in a folder but for what systems and programs leave there, by name."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "__")))
    except OSError as error:
        raise unreadable(folder, error) from error


def _below(folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The pictures below a folder at any depth, and the other files there."""
    found = tuple(_walk(folder))
    return tuple(filter(_is_picture, found)), tuple(file for file in found if not _is_picture(file))


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise unreadable(Path(error.filename), error) from error

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        yield from (Path(place, name) for name in sorted(files) if not name.startswith("."))


def _is_picture(path: Path) -> bool:
    return path.name.lower().endswith(ENDINGS)
