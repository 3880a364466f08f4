"""Escaping of text from files and users for the terminal: one line, in stored order, without control sequences.

A class name, a file name or a message may contain escape sequences for a terminal, characters that hide or reorder text
(bidirectional overrides, invisible characters) or line breaks. They are escaped as in Python string literals for
display; files and JSON keep them as they are.
"""

from __future__ import annotations

import re

#: Control characters, line and paragraph separators, surrogates, and format characters that hide or reorder text.
_HIDDEN_CHARACTERS = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
)
_HIDDEN = re.compile(f"[{_HIDDEN_CHARACTERS}]")
_HIDDEN_IN_LINES = re.compile(f"(?![\t\n])[{_HIDDEN_CHARACTERS}]")


def printable(text: str) -> str:
    r"""Return the text on one line, with every invisible character escaped.

    >>> printable("cat\x1b[31m\n")
    'cat\\x1b[31m\\n'
    """
    return _HIDDEN.sub(_escape, text)


def printable_lines(text: str) -> str:
    """Return the text with every invisible character escaped, except for line breaks and tabs."""
    return _HIDDEN_IN_LINES.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
