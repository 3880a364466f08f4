"""Cache decoded images in a file, so that image files are decoded once and not in every run."""

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
from dlcli.data.images.decode_many import THREADS, ReferenceShape, decode_many

#: part of every key; increment it when the same files decode to other pixels
VERSION = 2
#: age in seconds after which temporary files of interrupted processes are removed
STALE = 24 * 3600


@dataclass(frozen=True)
class ImageArray:
    """Images of one shape.

    Args:
        images: (N, H, W, C) uint8 pixels; memory-mapped if they are cached.
        digest: SHA-256 of all image files together.
        warnings: Warnings for the user.
    """

    images: np.ndarray
    digest: str
    warnings: tuple[str, ...] = ()


class ImageCache:
    """Reads images from the cache, or decodes and caches them.

    The key depends on the names and contents of the files and on the conversion. Sizes and modification times would not
    prove that a file is unchanged, since `rsync -t`, `cp -p` and archives restore them. A cache file is written under a
    temporary name and renamed, so an interrupted process leaves no incomplete one.

    Args:
        folder: Folder of the cache; None = do not cache.
        on_read: Function to call with the numbers of decoded and of all files.
    """

    def __init__(self, folder: Path | None, on_read: Callable[[int, int], None]) -> None:
        self.folder = folder
        self.on_read = on_read

    def read(
        self, files: Sequence[Path], root: Path, conversion: ImageConversion, reference: ReferenceShape | None = None
    ) -> ImageArray:
        """Return the images of some files, in their order.

        Args:
            files: Paths of at least one image below `root`.
            root: Folder that the names in the key are relative to.
            conversion: Size and channels to convert every image to.
            reference: Shape that every converted image must have; None = the shape of the first image.

        Raises:
            DataError: A file cannot be read, is not an image, or has another shape.
        """
        # Reading all files costs a fraction of decoding them, and only their contents prove that they are unchanged.
        contents = digest(files, root)
        if self.folder is None:
            return ImageArray(self._decode(files, conversion, reference), contents)
        # One uint8 array for all images: memory-mapped, so that a run reads only the images it uses.
        cache_file = self.folder / f"{key(contents, conversion)}.npy"
        images = _map_cache(cache_file, len(files))
        if images is None:
            try:
                images = self._store(cache_file, files, conversion, reference)
            except OSError as error:
                warning = f"cannot cache the decoded images in {self.folder}: {error.strerror or error}"
                return ImageArray(self._decode(files, conversion, reference), contents, (warning,))
        if reference is not None:
            reference.check(images[0], files[0])
        return ImageArray(images, contents)

    def _decode(
        self, files: Sequence[Path], conversion: ImageConversion, reference: ReferenceShape | None
    ) -> np.ndarray:
        return np.concatenate(list(self._blocks(files, conversion, reference)))

    def _blocks(
        self, files: Sequence[Path], conversion: ImageConversion, reference: ReferenceShape | None
    ) -> Iterator[np.ndarray]:
        done = 0
        self.on_read(done, len(files))
        try:
            for block in decode_many(files, conversion, reference):
                yield block
                done += len(block)
                self.on_read(done, len(files))
        finally:
            if done < len(files):  # a file was damaged: end the progress display
                self.on_read(len(files), len(files))

    def _store(
        self, cache_file: Path, files: Sequence[Path], conversion: ImageConversion, reference: ReferenceShape | None
    ) -> np.ndarray:
        """Decode into the cache file and memory-map it.

        Raises:
            OSError: The file cannot be written.
        """
        cache_file.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(cache_file.parent)
        # Two runs may decode the same files at the same time: each has a temporary file, and the second rename replaces
        # an equal file.
        temporary = cache_file.with_suffix(f".{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as stream:
                for block in self._blocks(files, conversion, reference):
                    if stream.tell() == 0:
                        header = {"descr": "|u1", "fortran_order": False, "shape": (len(files), *block.shape[1:])}
                        np.lib.format.write_array_header_1_0(stream, header)
                    stream.write(block.data)
            temporary.replace(cache_file)
        finally:
            temporary.unlink(missing_ok=True)
        images = _map_cache(cache_file, len(files))
        if images is None:
            raise OSError("the written file cannot be read")
        return images


def key(contents: str, conversion: ImageConversion) -> str:
    """Return the name of a cache file: equal for equal files and conversions.

    Args:
        contents: Digest of the image files.
        conversion: Size and channels to convert every image to.
    """
    from PIL import __version__ as pillow

    # Another version of Pillow may decode a JPEG to other pixels.
    description = [VERSION, pillow, asdict(conversion), contents]
    return hashlib.sha256(json.dumps(description).encode()).hexdigest()[:32]


def digest(files: Sequence[Path], root: Path) -> str:
    """Return one SHA-256 of the names and contents of all files.

    Raises:
        DataError: A file cannot be read.
    """
    hasher = hashlib.sha256()
    with ThreadPoolExecutor(THREADS, "digests") as threads:
        # `map` returns results in the order of the files.
        for file, content in zip(files, threads.map(_digest_of, files), strict=True):
            hasher.update(f"{content}  {file.relative_to(root).as_posix()}\n".encode("utf-8", "surrogateescape"))
    return hasher.hexdigest()


def _digest_of(file: Path) -> str:
    check_file(file)
    return sha256(file)


def _map_cache(cache_file: Path, count: int) -> np.ndarray | None:
    """Memory-map a cache file; None if it is missing or incomplete."""
    try:
        images: np.ndarray = np.lib.format.open_memmap(cache_file, mode="r")
    except (OSError, ValueError):
        return None
    # Older versions could leave an incomplete file when the disk was full.
    is_complete = images.dtype == np.uint8 and images.ndim == 4 and len(images) == count
    return images if is_complete else None


def _remove_stale(folder: Path) -> None:
    """Remove temporary files of processes that were killed."""
    for path in folder.glob("*.tmp"):
        with contextlib.suppress(OSError):  # another process may have removed it
            if time.time() - path.stat().st_mtime > STALE:
                path.unlink()
