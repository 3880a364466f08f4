"""Decode the bytes of text files, with one-line errors that name the line of an invalid byte."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from dlcli.core import ConfigError, DataError

#: byte order marks of UTF-16
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_SURROGATES = re.compile("[\ud800-\udfff]")


def is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def decode_text(content: bytes, encoding: str, path: Path) -> str:
    """Decode the content of a file, without its byte order mark.

    Args:
        content: Content of the file.
        encoding: Name of the encoding.
        path: Path of the file, for errors.

    Raises:
        ConfigError: The encoding does not exist.
        DataError: The content is not in this encoding; the error has the line.
    """
    check_encoding(encoding)
    if is_utf8(encoding):
        check_not_utf16(content, path)
    try:
        text = content.decode("utf-8-sig" if is_utf8(encoding) else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise decoding_error(path, line, content[error.start], encoding) from error
    except UnicodeError as error:  # codecs such as idna report no positions
        raise DataError(f"is not {encoding}: {error}", code="wrong_encoding", file=str(path)) from error
    if not is_utf8(encoding) and (surrogate := _SURROGATES.search(text)):  # utf-7 and unicode_escape can decode to them
        line = text.count("\n", 0, surrogate.start()) + 1
        raise DataError(
            f"{surrogate[0]!r} is half of a surrogate pair, not a character",
            code="wrong_encoding",
            file=str(path),
            line=line,
        )
    if "\r" in text and "\n" not in text:
        raise DataError(
            "the lines end with carriage returns only; save the file with line feeds",
            code="wrong_encoding",
            file=str(path),
        )
    return text


def without_surrogates(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON and file names can contain but UTF-8 cannot, by U+FFFD."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def check_encoding(encoding: str) -> None:
    """Check that an encoding of characters exists.

    Raises:
        ConfigError: It does not exist.
    """
    try:
        "".encode(encoding)
        b"".decode(encoding)
    except (LookupError, ValueError) as error:  # ValueError: the name has a NUL, or it is the codec `undefined`
        raise ConfigError(f"{encoding!r} is not an encoding", code="unknown_name", key="encoding") from error


def check_not_utf16(content: bytes, path: Path) -> None:
    """Reject UTF-16 where UTF-8 is expected.

    Args:
        content: Beginning of the file.
        path: Path of the file.

    Raises:
        DataError: The file begins with a byte order mark of UTF-16; the message names the option to set.
    """
    if content.startswith(UTF_16):
        raise DataError(
            "the file is in UTF-16, as spreadsheets write it; set encoding: utf-16",
            code="wrong_encoding",
            file=str(path),
        )


def decoding_error(path: Path, line: int, byte: int, encoding: str) -> DataError:
    """Return the error for an invalid byte in a line."""
    message = f"the byte {byte:#04x} is not {encoding}; set encoding, such as latin-1"
    return DataError(message, code="wrong_encoding", file=str(path), line=line)
