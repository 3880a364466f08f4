from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlcli.core import DataError
from dlcli.data.images import ImageCache, ImageConversion, Model


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    root = tmp_path / "pictures"
    root.mkdir()
    for value in range(5):
        Image.fromarray(np.full((4, 6), value, np.uint8)).save(root / f"{value}.png")
    return sorted(root.iterdir())


class Reader:
    """Reads and counts what is decoded."""

    def __init__(self, folder: Path | None) -> None:
        self.decoded = 0
        self.cache = ImageCache(folder, self.tell)

    def tell(self, done: int, count: int) -> None:
        self.decoded = max(self.decoded, done)

    def read(
        self,
        files: list[Path],
        form: ImageConversion = ImageConversion(),  # noqa: B008
        model: Model | None = None,
    ) -> np.ndarray:
        self.found = self.cache.read(files, files[0].parent, form, model)
        return self.found.images


def test_the_second_time_nothing_is_decoded(tmp_path: Path, files: list[Path]):
    first, second = Reader(tmp_path / "kept"), Reader(tmp_path / "kept")
    assert first.read(files)[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(second.read(files), first.read(files))
    assert (first.decoded, second.decoded) == (5, 0)
    assert first.found.digest == second.found.digest
    assert isinstance(second.found.images, np.memmap)


def test_without_a_folder_nothing_is_kept_and_all_is_the_same(tmp_path: Path, files: list[Path]):
    kept, unkept = Reader(tmp_path / "kept"), Reader(None)
    assert np.array_equal(kept.read(files), unkept.read(files))
    assert kept.found.digest == unkept.found.digest


def test_a_change_of_file_form_or_choice_is_decoded_anew(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "kept").read(files)
    for chosen, form in (
        (files[:4], ImageConversion()),
        (files, ImageConversion((2, 2))),
        (files, ImageConversion(channels=3)),
    ):
        other = Reader(tmp_path / "kept")
        other.read(chosen, form)
        assert other.decoded == len(chosen)
    before = Reader(tmp_path / "kept")
    before.read(files)
    stat = files[0].stat()
    Image.fromarray(np.full((4, 6), 9, np.uint8)).save(files[0])
    os.utime(files[0], ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    after = Reader(tmp_path / "kept")
    assert after.read(files)[0, 0, 0, 0] == 9
    assert after.found.digest != before.found.digest


@pytest.mark.parametrize("kept", [True, False])
def test_contents_count_and_not_size_and_time(tmp_path: Path, files: list[Path], kept: bool):
    folder = tmp_path / "kept" if kept else None
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
    assert after.found.digest != before.found.digest


def test_a_copy_elsewhere_with_other_times_is_not_decoded_again(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "kept").read(files)
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in files:
        (moved / path.name).write_bytes(path.read_bytes())
    again = Reader(tmp_path / "kept")
    assert again.read(sorted(moved.iterdir()))[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4]
    assert again.decoded == 0


@pytest.mark.parametrize("cached", [True, False])
def test_pipes_and_devices_are_not_read(tmp_path: Path, files: list[Path], cached: bool):
    pipe, zero = files[0].with_name("5.png"), files[0].with_name("6.png")
    os.mkfifo(pipe)
    zero.symlink_to("/dev/zero")
    for path in (pipe, zero):
        with pytest.raises(DataError) as caught:
            Reader(tmp_path / "kept" if cached else None).read([*files, path])
        assert caught.value.file == str(path)


def test_an_interrupted_or_broken_reading_leaves_nothing_behind(tmp_path: Path, files: list[Path]):
    def interrupt(done: int, count: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ImageCache(tmp_path / "kept", interrupt).read(files, files[0].parent, ImageConversion())
    files[3].write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        Reader(tmp_path / "kept").read(files)
    assert list((tmp_path / "kept").iterdir()) == []


def test_what_is_kept_but_damaged_is_made_anew(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "kept").read(files)
    (kept,) = (tmp_path / "kept").glob("*.npy")
    for damage in (b"", kept.read_bytes()[:-1], b"\x93NUMPY nonsense"):
        kept.write_bytes(damage)
        again = Reader(tmp_path / "kept")
        assert again.read(files).shape == (5, 4, 6, 1)
        assert again.decoded == 5


def test_where_nothing_can_be_kept_the_pictures_come_with_a_warning(tmp_path: Path, files: list[Path]):
    (tmp_path / "kept").write_text("a file")
    reader = Reader(tmp_path / "kept")
    assert reader.read(files).shape == (5, 4, 6, 1)
    assert len(reader.found.warnings) == 1
    assert "cannot be kept" in reader.found.warnings[0]


def test_kept_pictures_must_be_like_the_training_set_all_the_same(tmp_path: Path, files: list[Path]):
    Reader(tmp_path / "kept").read(files)
    with pytest.raises(DataError, match="is 6 × 4 pixels, where the others is 5 × 5"):
        Reader(tmp_path / "kept").read(files, model=Model((5, 5, 1), "the others"))


def test_what_a_killed_process_left_is_removed_after_a_day(tmp_path: Path, files: list[Path]):
    kept = tmp_path / "kept"
    kept.mkdir()
    old, young = kept / "a.1.tmp", kept / "b.2.tmp"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    Reader(kept).read(files)
    assert not old.exists()
    assert young.exists()
