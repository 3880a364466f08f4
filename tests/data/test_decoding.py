from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data.decoding import decoded

PATH = Path("a.txt")


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert decoded(b"\xef\xbb\xbfcaf\xc3\xa9", "UTF_8", PATH) == "café"
    assert decoded("é".encode("utf-16"), "utf-16", PATH) == "é"
    assert decoded(b"caf\xe9", "latin-1", PATH) == "café"


def test_a_byte_that_is_no_character_is_found_by_its_line():
    with pytest.raises(DataError, match=r"^a.txt:3: the byte 0xe9 is not utf-8; set encoding, such as latin-1$"):
        decoded(b"a\nb\ncaf\xe9\n", "utf-8", PATH)


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "undefined", "", "utf\0"])
def test_an_encoding_that_is_none_is_a_mistake_of_the_config(encoding: str):
    with pytest.raises(ConfigError, match=r"encoding: .* is no encoding"):
        decoded(b"a", encoding, PATH)


def test_what_other_systems_write_is_recognized():
    with pytest.raises(DataError, match="set encoding: utf-16"):
        decoded("a\n".encode("utf-16"), "utf-8", PATH)
    with pytest.raises(DataError, match="carriage return alone"):
        decoded(b"a\rb\r", "utf-8", PATH)


@pytest.mark.parametrize(("content", "encoding"), [(b"a\n+2D0-", "utf-7"), (b"a\n\\ud83d", "unicode_escape")])
def test_halves_of_characters_are_no_text(content: bytes, encoding: str):
    with pytest.raises(DataError) as error:
        decoded(content, encoding, PATH)
    assert error.value.line == 2
