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
    assert error.message.endswith(f"{tmp_path / 'quickstart.yaml'}?")
    assert (error.file, error.code) == (str(tmp_path / "quikstart.yaml"), "missing_file")


def test_a_missing_folder_suggests_nothing(tmp_path: Path) -> None:
    error = failure(tmp_path / "nowhere" / "a.yaml")
    assert error.code == "missing_file"
    assert "?" not in error.message


def test_a_folder_is_not_a_config(tmp_path: Path) -> None:
    assert failure(tmp_path).code == "unreadable_file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.touch(mode=0o000)
    error = failure(file)
    assert error.code == "unreadable_file"
    assert "Permission denied" in error.message


def test_a_file_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").touch()
    error = failure(tmp_path / "a.yaml" / "b.yaml")
    assert error.code == "unreadable_file"
    assert "Not a directory" in error.message


def test_the_byte_that_is_not_utf_8_is_located(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"seed: 1\nname: \xc3\xa9\xe9\n")
    error = failure(file)
    assert (error.line, error.column, error.code) == (2, 8, "wrong_encoding")
    assert "0xE9" in error.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be-sig"])
def test_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xfe\xff\0a" if encoding == "utf-16-be-sig" else "seed: 1".encode(encoding))
    error = failure(file)
    assert error.code == "wrong_encoding"
    assert "UTF-16" in error.message


def test_a_large_file_is_not_read_completely(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    with file.open("wb") as stream:
        stream.truncate(1 << 34)
    assert failure(file).code == "too_large"
