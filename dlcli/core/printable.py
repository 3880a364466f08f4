"""Text of files and users as it can be shown: one line, in the order in which it is stored, without commands in it.

A class name, a file name or a message may hold what a terminal obeys (escape sequences), what hides or reorders text
(bidirectional overrides, invisible characters) or what begins a new line. Shown, they are escaped as Python escapes
them; files and JSON keep them as they are.
"""

from __future__ import annotations

import re

#: control characters, line and paragraph separators, surrogates, and the format characters that hide or reorder text
_HIDDEN_CHARACTERS = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
)
_HIDDEN = re.compile(f"[{_HIDDEN_CHARACTERS}]")
_HIDDEN_IN_LINES = re.compile(f"(?![\t\n])[{_HIDDEN_CHARACTERS}]")


def printable(text: str) -> str:
    r"""The text on one line, with every character that is not shown escaped.

    >>> printable("cat\x1b[31m\n")
    'cat\\x1b[31m\\n'
    """
    return _HIDDEN.sub(_escape, text)


def printable_lines(text: str) -> str:
    """The same for text of several lines, which stay apart."""
    return _HIDDEN_IN_LINES.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file's name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
