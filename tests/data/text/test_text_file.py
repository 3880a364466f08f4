from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data.text import text_file
from dlcli.data.text.text_file import read_text_file


@pytest.fixture(params=["in memory", "in the file"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "in the file":
        monkeypatch.setattr(text_file, "MEMORY_LIMIT", 0)
        monkeypatch.setattr(text_file, "BLOCK", 4)
    return tmp_path / "a.txt"


def test_the_bytes_are_those_of_the_text(path: Path):
    path.write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9\n" * 1 + "日本\r\n".encode())
    assert read_text_file(path, "utf-8").tobytes().decode() == "café\n日本\r\n"


def test_other_encodings_become_utf8(path: Path):
    path.write_bytes(b"caf\xe9")
    assert read_text_file(path, "latin-1").tobytes().decode() == "café"


@pytest.mark.parametrize("place", range(8))
def test_an_invalid_byte_is_reported_with_its_line(path: Path, place: int):
    path.write_bytes(b"ab\n" + "é".encode() * place + b"\n\xff\nb")
    with pytest.raises(DataError, match="0xff") as caught:
        read_text_file(path, "utf-8")
    assert (caught.value.code, caught.value.file, caught.value.line) == ("wrong_encoding", str(path), 3)


def test_an_incomplete_character_at_the_end_is_reported(path: Path):
    path.write_bytes(b"abcd\nefg\xc3")
    with pytest.raises(DataError, match=r"a\.txt:2: the byte 0xc3"):
        read_text_file(path, "utf-8")


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n \t ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(path: Path, content: bytes):
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_text_file(path, "utf-8")
    assert (caught.value.code, caught.value.file) == ("empty_data", str(path))


def test_utf16_is_recognized(path: Path):
    path.write_bytes("abcd\n".encode("utf-16"))
    with pytest.raises(DataError, match="set encoding: utf-16"):
        read_text_file(path, "utf-8")


def test_a_large_file_is_memory_mapped(path: Path):
    path.write_bytes(b"abc def")
    content = read_text_file(path, "utf-8")
    assert isinstance(content, np.memmap) == (text_file.MEMORY_LIMIT == 0)
