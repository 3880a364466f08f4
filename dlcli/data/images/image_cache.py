"""Decoded pictures kept in a file, so that files are decoded once and not at every start."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dlcli.data.data_paths import sha256
from dlcli.data.images.decode import ImageConversion, check_file
from dlcli.data.images.decode_many import THREADS, Model, decode_many

#: part of every key: raise it when the same files would become other pixels
VERSION = 2
#: what an interrupted process may leave behind is removed after so many seconds
STALE = 24 * 3600


@dataclass(frozen=True)
class ImageArray:
    """Pictures of one shape.

    Args:
        images: (N, H, W, C) uint8; memory-mapped where they are kept.
        digest: the sha256 of the files they are from, all together.
        warnings: what the user should hear.
    """

    images: np.ndarray
    digest: str
    warnings: tuple[str, ...] = ()


class ImageCache:
    """Reads pictures, from where they are kept if they are.

    They are kept under the names and the contents of the files and the wanted form: a change of any of them is another
    key. Sizes and times of change are no evidence, since `rsync -t`, `cp -p` and archives restore them. A file is
    written beside and renamed into place, so that an interrupted process leaves none that is half full.

    Args:
        folder: where they are kept; None to keep none.
        on_read: is told how many files are decoded.
    """

    def __init__(self, folder: Path | None, on_read: Callable[[int, int], None]) -> None:
        self.folder = folder
        self.on_read = on_read

    def read(self, files: Sequence[Path], root: Path, form: ImageConversion, model: Model | None = None) -> ImageArray:
        """The pictures of some files, in their order.

        Args:
            files: at least one, below `root`.
            root: what their names are relative to.
            form: what every picture becomes.
            model: what every picture must be like then; None = the first one.

        Raises:
            DataError: a file cannot be read, or is no picture, or differs.
        """
        # Reading all files costs a fraction of decoding them, and is the only proof that they are the same.
        contents = digest(files, root)
        if self.folder is None:
            return ImageArray(self._decoded(files, form, model), contents)
        # One array of uint8 for all images: memory-mapped, so that a start reads only what is used.
        kept = self.folder / f"{key(contents, form)}.npy"
        images = _mapped(kept, len(files))
        if images is None:
            try:
                images = self._keep(kept, files, form, model)
            except OSError as error:
                warning = f"the decoded pictures cannot be kept in {self.folder}: {error.strerror or error}"
                return ImageArray(self._decoded(files, form, model), contents, (warning,))
        if model is not None:
            model.check(images[0], files[0])
        return ImageArray(images, contents)

    def _decoded(self, files: Sequence[Path], form: ImageConversion, model: Model | None) -> np.ndarray:
        return np.concatenate(list(self._blocks(files, form, model)))

    def _blocks(self, files: Sequence[Path], form: ImageConversion, model: Model | None) -> Iterator[np.ndarray]:
        done = 0
        self.on_read(done, len(files))
        try:
            for block in decode_many(files, form, model):
                yield block
                done += len(block)
                self.on_read(done, len(files))
        finally:
            if done < len(files):  # a file was broken: there is no more to wait for
                self.on_read(len(files), len(files))

    def _keep(self, kept: Path, files: Sequence[Path], form: ImageConversion, model: Model | None) -> np.ndarray:
        """Decode into the file `kept`; the array is mapped from it.

        Raises:
            OSError: the file cannot be written.
        """
        kept.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(kept.parent)
        # With the process id, as two runs may decode the same files at the same time; the second rename replaces an
        # equal file.
        beside = kept.with_suffix(f".{os.getpid()}.tmp")
        try:
            with beside.open("wb") as stream:
                for block in self._blocks(files, form, model):
                    if stream.tell() == 0:
                        header = {"descr": "|u1", "fortran_order": False, "shape": (len(files), *block.shape[1:])}
                        np.lib.format.write_array_header_1_0(stream, header)
                    stream.write(block.data)
            beside.replace(kept)
        finally:
            beside.unlink(missing_ok=True)
        mapped = _mapped(kept, len(files))
        if mapped is None:
            raise OSError("what was written cannot be read back")
        return mapped


def key(contents: str, form: ImageConversion) -> str:
    """What pictures are kept under: equal for equal files and forms.

    Args:
        contents: digest of the files.
        form: what every picture becomes.
    """
    from PIL import __version__ as pillow

    # Another version of Pillow may decode a JPEG to other pixels.
    described = [VERSION, pillow, asdict(form), contents]
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:32]


def digest(files: Sequence[Path], root: Path) -> str:
    """One sha256 for the names and the contents of files.

    Raises:
        DataError: a file cannot be read.
    """
    whole = hashlib.sha256()
    with ThreadPoolExecutor(THREADS, "digests") as threads:
        # `map` keeps the order of the files, however fast each thread is.
        for file, content in zip(files, threads.map(_digest_of, files), strict=True):
            whole.update(f"{content}  {file.relative_to(root).as_posix()}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _digest_of(file: Path) -> str:
    check_file(file)
    return sha256(file)


def _mapped(kept: Path, count: int) -> np.ndarray | None:
    """The kept array; None when there is none, or what is there is not whole."""
    try:
        images: np.ndarray = np.lib.format.open_memmap(kept, mode="r")
    except (OSError, ValueError):
        return None
    # A file of the right name that does not hold what it should, e.g. from a full disk of an older version.
    is_whole = images.dtype == np.uint8 and images.ndim == 4 and len(images) == count
    return images if is_whole else None


def _remove_stale(folder: Path) -> None:
    """Remove what processes that were killed have left half done."""
    for path in folder.glob("*.tmp"):
        with contextlib.suppress(OSError):  # another process was faster
            if time.time() - path.stat().st_mtime > STALE:
                path.unlink()
