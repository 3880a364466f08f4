from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlcli.core import DataError
from dlcli.data.images import ImageCache, ImageConversion, ReferenceShape


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    root = tmp_path / "images"
    root.mkdir()
    for value in range(5):
        Image.fromarray(np.full((4, 6), value, np.uint8)).save(root / f"{value}.png")
    return sorted(root.iterdir())


class Reader:
    """Reads images and counts the decoded ones."""

    def __init__(self, folder: Path | None) -> None:
        self.decoded = 0
        self.cache = ImageCache(folder, self.tell)

    def tell(self, done: int, count: int) -> None:
        self.decoded = max(self.decoded, done)

    def read(
        self,
        files: list[Path],
        conversion: ImageConversion = ImageConversion(),  # noqa: B008
        reference: ReferenceShape | None = None,
    ) -> np.ndarray:
        self.result = self.cache.read(files, files[0].parent, conversion, reference)
        return self.result.images


def test_cached_images_are_not_decoded_again(tmp_path: Path, files: list[Path]):
    first, second = Reader(tmp_path / "cache"), Reader(tmp_path / "cache")
    assert first.read(files)[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(second.read(files), first.read(files))
    assert (first.decoded, second.decoded) == (5, 0)
    assert first.result.digest == second.result.digest
    assert isinstance(second.result.images, np.memmap)


def test_without_a_cache_folder_the_images_are_the_same(tmp_path: Path, files: list[Path]):
    cached, uncached = Reader(tmp_path / "cache"), Reader(None)
    assert np.array_equal(cached.read(files), uncached.read(files))
    assert cached.result.digest == uncached.result.digest


def test_other_contents_files_or_conversions_are_decoded_again(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "cache").read(files)
    for subset, conversion in (
        (files[:4], ImageConversion()),
        (files, ImageConversion((2, 2))),
        (files, ImageConversion(channels=3)),
    ):
        other = Reader(tmp_path / "cache")
        other.read(subset, conversion)
        assert other.decoded == len(subset)
    before = Reader(tmp_path / "cache")
    before.read(files)
    stat = files[0].stat()
    Image.fromarray(np.full((4, 6), 9, np.uint8)).save(files[0])
    os.utime(files[0], ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    after = Reader(tmp_path / "cache")
    assert after.read(files)[0, 0, 0, 0] == 9
    assert after.result.digest != before.result.digest


@pytest.mark.parametrize("cached", [True, False])
def test_contents_matter_and_not_size_and_time(tmp_path: Path, files: list[Path], cached: bool):
    folder = tmp_path / "cache" if cached else None
    for path in files:
        Image.open(path).save(path.with_suffix(".bmp"))
        path.unlink()
    files = [path.with_suffix(".bmp") for path in files]
    before = Reader(folder)
    before.read(files)
    stat = files[2].stat()
    Image.fromarray(np.full((4, 6), 77, np.uint8)).save(files[2])
    os.utime(files[2], ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (files[2].stat().st_size, files[2].stat().st_mtime_ns) == (stat.st_size, stat.st_mtime_ns)
    after = Reader(folder)
    assert after.read(files)[:, 0, 0, 0].tolist() == [0, 1, 77, 3, 4]
    assert after.result.digest != before.result.digest


def test_a_copy_elsewhere_with_other_times_is_not_decoded_again(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "cache").read(files)
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in files:
        (moved / path.name).write_bytes(path.read_bytes())
    again = Reader(tmp_path / "cache")
    assert again.read(sorted(moved.iterdir()))[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4]
    assert again.decoded == 0


@pytest.mark.parametrize("cached", [True, False])
def test_pipes_and_devices_are_not_read(tmp_path: Path, files: list[Path], cached: bool):
    pipe, zero = files[0].with_name("5.png"), files[0].with_name("6.png")
    os.mkfifo(pipe)
    zero.symlink_to("/dev/zero")
    for path in (pipe, zero):
        with pytest.raises(DataError) as caught:
            Reader(tmp_path / "cache" if cached else None).read([*files, path])
        assert caught.value.file == str(path)


def test_an_interrupted_or_failed_read_leaves_no_files(tmp_path: Path, files: list[Path]):
    def interrupt(done: int, count: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ImageCache(tmp_path / "cache", interrupt).read(files, files[0].parent, ImageConversion())
    files[3].write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        Reader(tmp_path / "cache").read(files)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_cache_file_is_written_again(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "cache").read(files)
    (cache_file,) = (tmp_path / "cache").glob("*.npy")
    for damage in (b"", cache_file.read_bytes()[:-1], b"\x93NUMPY nonsense"):
        cache_file.write_bytes(damage)
        again = Reader(tmp_path / "cache")
        assert again.read(files).shape == (5, 4, 6, 1)
        assert again.decoded == 5


def test_a_cache_that_cannot_be_written_is_a_warning(tmp_path: Path, files: list[Path]):
    (tmp_path / "cache").write_text("a file")
    reader = Reader(tmp_path / "cache")
    assert reader.read(files).shape == (5, 4, 6, 1)
    [warning] = reader.result.warnings
    assert str(tmp_path / "cache") in warning


def test_cached_images_are_checked_against_the_reference_shape(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "cache").read(files)
    with pytest.raises(DataError, match=r"6 × 4 .*reference.* 5 × 5") as caught:
        Reader(tmp_path / "cache").read(files, reference=ReferenceShape((5, 5, 1), "the reference"))
    assert caught.value.code == "wrong_shape"


def test_temporary_files_of_killed_processes_are_removed_after_a_day(tmp_path: Path, files: list[Path]):
    cache = tmp_path / "cache"
    cache.mkdir()
    old, young = cache / "a.1.tmp", cache / "b.2.tmp"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    Reader(cache).read(files)
    assert not old.exists()
    assert young.exists()
