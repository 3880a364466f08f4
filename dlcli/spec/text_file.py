"""Reading of the text of a config file."""

from __future__ import annotations

import difflib
from pathlib import Path

from dlcli.core import ConfigError
from dlcli.spec.yaml_loader import MAX_CHARACTERS

_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Raises:
        ConfigError: The file is missing, unreadable, too large, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(4 * MAX_CHARACTERS + 1)
    except FileNotFoundError:
        raise ConfigError(f"there is no such file{_nearest(path)}", code="missing_file", file=str(path)) from None
    except IsADirectoryError:
        raise ConfigError("expected a YAML file, got a folder", code="unreadable_file", file=str(path)) from None
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror or error}", code="unreadable_file", file=str(path)
        ) from None
    if len(content) > 4 * MAX_CHARACTERS:
        raise ConfigError(
            f"too large; expected at most {MAX_CHARACTERS:,} characters", code="too_large", file=str(path)
        )
    if content[:2] in _OTHER_ENCODINGS:
        raise ConfigError(
            f"expected UTF-8, got {_OTHER_ENCODINGS[content[:2]]}; save the file as UTF-8",
            code="wrong_encoding",
            file=str(path),
            line=1,
            column=1,
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", errors="replace")) + 1
        message = f"the byte 0x{content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise ConfigError(message, code="wrong_encoding", file=str(path), line=line, column=column) from None


def _nearest(path: Path) -> str:
    try:
        names = [other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml")]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f"; did you mean {path.parent / near[0]}?" if near else ""
