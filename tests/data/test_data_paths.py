from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dlcli.core import DataError
from dlcli.data import DataPaths, read_bytes, sha256
from dlcli.data.data_paths import distinct_names, file_digests


@pytest.fixture
def data_paths(tmp_path: Path) -> DataPaths:
    environment = {"DLCLI_DATA": str(tmp_path / "shared"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return DataPaths(config_folder=tmp_path / "configs", data_path=Path("../own"), environment=environment)


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


def test_folders_are_searched_in_order(data_paths: DataPaths, tmp_path: Path):
    files = [
        write(tmp_path / "cache/dlcli/adult/adult.data"),
        write(tmp_path / "shared/adult/adult.data"),
        write(tmp_path / "configs/adult.data"),
        write(tmp_path / "own/adult.data"),
    ]
    for path in reversed(files):
        assert data_paths.find("adult.data", folder="adult").resolve() == path
        path.unlink()
    with pytest.raises(DataError):
        data_paths.find("adult.data", folder="adult")


def test_a_missing_file_is_an_error_with_the_paths_and_the_source(data_paths: DataPaths, tmp_path: Path):
    source = "https://archive.ics.uci.edu/dataset/2"
    with pytest.raises(DataError) as caught:
        data_paths.find("adult.data", folder="adult", source=source)
    message = str(caught.value)
    for path in ("own/adult.data", "configs/adult.data", "shared/adult/adult.data", "cache/dlcli/adult/adult.data"):
        assert path in message
    assert source in message
    assert "DLCLI_DATA" not in message
    assert "\n" not in message


def test_an_unset_variable_is_mentioned(tmp_path: Path):
    with pytest.raises(DataError, match="DLCLI_DATA"):
        DataPaths(config_folder=tmp_path, environment={"XDG_CACHE_HOME": str(tmp_path)}).find("x.csv")


def test_the_cache_is_in_the_home_folder_by_default(tmp_path: Path):
    assert DataPaths(environment={}).folders("iris")[-1] == Path.home() / ".cache/dlcli/iris"


def test_an_absolute_path_is_unchanged(data_paths: DataPaths, tmp_path: Path):
    path = write(tmp_path / "elsewhere/a.csv")
    assert data_paths.find(str(path)) == path


def test_a_folder_is_not_a_file(data_paths: DataPaths, tmp_path: Path):
    (tmp_path / "configs/things").mkdir(parents=True)
    with pytest.raises(DataError, match="is a folder"):
        data_paths.find("things")


def test_sha256_and_unreadable_files(tmp_path: Path):
    path = write(tmp_path / "a")
    assert sha256(path) == hashlib.sha256(b"x").hexdigest()
    for read in (sha256, read_bytes):
        with pytest.raises(DataError) as caught:
            read(tmp_path / "b")
        assert (caught.value.code, caught.value.file) == ("missing_file", str(tmp_path / "b"))


@pytest.mark.parametrize("read", [read_bytes, sha256])
def test_pipes_and_devices_are_rejected_before_they_are_opened(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name, kind in (("pipe", "pipe"), ("zero", "device")):
        with pytest.raises(DataError, match=f"is a {kind}"):
            read(tmp_path / name)
        with pytest.raises(DataError, match=f"is a {kind}"):
            DataPaths(config_folder=tmp_path).find(name)


def test_a_path_with_a_nul_character_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="NUL"):
        DataPaths(config_folder=tmp_path).find("a\0b")
    with pytest.raises(DataError, match="NUL"):
        DataPaths(config_folder=tmp_path, data_path=Path("a\0b")).find_folder("c")


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/d/train.csv", "/d/test.csv"], ["train.csv", "test.csv"]),
        (["/d/train/x.csv", "/d/test/x.csv", "/d/y.csv"], ["train/x.csv", "test/x.csv", "y.csv"]),
        (["/a/v/x.csv", "/b/v/x.csv"], ["a/v/x.csv", "b/v/x.csv"]),
        (["/x.csv", "/a/x.csv", "x.csv"], ["/x.csv", "a/x.csv", "x.csv"]),
        (["/d/x.csv", "/d/x.csv"], ["x.csv"]),
    ],
)
def test_names_distinguish_files(paths: list[str], names: list[str]):
    assert list(distinct_names(map(Path, paths)).values()) == names


def test_names_with_a_folder():
    assert list(distinct_names([Path("/d/train"), Path("/e/train")], min_parts=2).values()) == ["d/train", "e/train"]


def test_files_of_one_name_have_separate_digests(tmp_path: Path):
    files = [write(tmp_path / "train/x.csv"), write(tmp_path / "test/x.csv")]
    files[0].write_text("y")
    digests = {name: hashlib.sha256(text).hexdigest() for name, text in (("train/x.csv", b"y"), ("test/x.csv", b"x"))}
    assert file_digests(files) == digests
