from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlcli.core import ConfigError
from dlcli.spec import read_text


def failure(path: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_text(path)
    return caught.value


def test_reads_utf_8_with_any_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("\ufeffname: é\r\nseed: 1\n".encode())
    assert read_text(file) == "name: é\nseed: 1\n"


def test_a_missing_file_suggests_its_neighbor(tmp_path: Path) -> None:
    (tmp_path / "quickstart.yaml").touch()
    error = failure(tmp_path / "quikstart.yaml")
    assert error.message == f"there is no such file; did you mean {tmp_path / 'quickstart.yaml'}?"
    assert error.file == str(tmp_path / "quikstart.yaml")


def test_a_missing_folder_suggests_nothing(tmp_path: Path) -> None:
    assert failure(tmp_path / "nowhere" / "a.yaml").message == "there is no such file"


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    assert "this is a folder" in failure(tmp_path).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.touch(mode=0o000)
    assert "cannot be read: Permission denied" in failure(file).message


def test_a_file_behind_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").touch()
    assert "cannot be read: Not a directory" in failure(tmp_path / "a.yaml" / "b.yaml").message


def test_the_byte_that_is_not_utf_8_is_located(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"seed: 1\nname: \xc3\xa9\xe9\n")
    error = failure(file)
    assert (error.line, error.column) == (2, 8)
    assert error.message == "the byte 0xE9 is not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be-sig"])
def test_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xfe\xff\0a" if encoding == "utf-16-be-sig" else "seed: 1".encode(encoding))
    assert failure(file).message == "UTF-16 text; save the file as UTF-8"


def test_a_file_of_any_size_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    with file.open("wb") as stream:
        stream.truncate(1 << 34)
    assert "too large" in failure(file).message
