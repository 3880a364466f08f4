"""From bytes to text: whatever is wrong with the characters of a file is said in one line."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from dlcli.core import ConfigError, DataError

#: what a file in UTF-16 begins with
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


_SURROGATES = re.compile("[\ud800-\udfff]")


def is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def decoded(content: bytes, encoding: str, path: Path) -> str:
    """The text of a file, without a byte order mark.

    Args:
        content: of the file.
        encoding: of the characters.
        path: of the file, for errors.

    Raises:
        ConfigError: no such encoding.
        DataError: the content is not in it, with the line.
    """
    check_encoding(encoding)
    if is_utf8(encoding):
        check_not_utf16(content, path)
    try:
        text = content.decode("utf-8-sig" if is_utf8(encoding) else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise undecodable(path, line, content[error.start], encoding) from error
    except UnicodeError as error:  # idna and its like have no positions
        raise DataError(f"is not {encoding}: {error}", code="wrong_encoding", file=str(path)) from error
    if not is_utf8(encoding) and (surrogate := _SURROGATES.search(text)):  # utf-7 and unicode_escape can write them
        line = text.count("\n", 0, surrogate.start()) + 1
        raise DataError(
            f"{surrogate[0]!r} is half of a surrogate pair, and no character",
            code="wrong_encoding",
            file=str(path),
            line=line,
        )
    if "\r" in text and "\n" not in text:
        raise DataError(
            "its lines end in a carriage return alone; save it with line feeds", code="wrong_encoding", file=str(path)
        )
    return text


def without_surrogates(text: str) -> str:
    """A text with U+FFFD for halves of surrogate pairs, which JSON and file names can contain and UTF-8 cannot."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def check_encoding(encoding: str) -> None:
    """Refuse what is no encoding of characters.

    Raises:
        ConfigError: with its name.
    """
    try:
        "".encode(encoding)
        b"".decode(encoding)
    except (LookupError, ValueError) as error:  # ValueError: the name has a NUL, or it is the codec `undefined`
        raise ConfigError(f"{encoding!r} is no encoding", code="not_applicable", key="encoding") from error


def check_not_utf16(content: bytes, path: Path) -> None:
    """Refuse UTF-16 where UTF-8 is expected.

    Args:
        content: the beginning of a file.
        path: of the file.

    Raises:
        DataError: with what to do.
    """
    if content.startswith(UTF_16):
        raise DataError(
            "this is UTF-16, as spreadsheets write it; set encoding: utf-16", code="wrong_encoding", file=str(path)
        )


def undecodable(path: Path, line: int, byte: int, encoding: str) -> DataError:
    found = f"the byte {byte:#04x} is not {encoding}; set encoding, such as latin-1"
    return DataError(found, code="wrong_encoding", file=str(path), line=line)
