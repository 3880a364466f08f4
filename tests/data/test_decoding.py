from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data.decoding import decode_text

PATH = Path("a.txt")


def test_a_byte_order_mark_is_dropped():
    assert decode_text(b"\xef\xbb\xbfcaf\xc3\xa9", "UTF_8", PATH) == "café"
    assert decode_text("é".encode("utf-16"), "utf-16", PATH) == "é"
    assert decode_text(b"caf\xe9", "latin-1", PATH) == "café"


def test_an_invalid_byte_is_reported_with_its_line():
    with pytest.raises(DataError, match=r"0xe9 .*latin-1") as caught:
        decode_text(b"a\nb\ncaf\xe9\n", "utf-8", PATH)
    assert (caught.value.code, caught.value.file, caught.value.line) == ("wrong_encoding", "a.txt", 3)


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "undefined", "", "utf\0"])
def test_an_unknown_encoding_is_a_config_error(encoding: str):
    with pytest.raises(ConfigError) as caught:
        decode_text(b"a", encoding, PATH)
    assert (caught.value.code, caught.value.key) == ("unknown_name", "encoding")


@pytest.mark.parametrize(("content", "hint"), [("a\n".encode("utf-16"), "utf-16"), (b"a\rb\r", "line feeds")])
def test_texts_of_other_systems_are_recognized(content: bytes, hint: str):
    with pytest.raises(DataError, match=hint) as caught:
        decode_text(content, "utf-8", PATH)
    assert caught.value.code == "wrong_encoding"


@pytest.mark.parametrize(("content", "encoding"), [(b"a\n+2D0-", "utf-7"), (b"a\n\\ud83d", "unicode_escape")])
def test_unpaired_surrogates_are_rejected(content: bytes, encoding: str):
    with pytest.raises(DataError) as error:
        decode_text(content, encoding, PATH)
    assert error.value.line == 2
