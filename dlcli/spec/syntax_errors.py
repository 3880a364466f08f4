"""Readable messages for the syntax errors of the YAML parser."""

from __future__ import annotations

import re
from typing import Any

import yaml


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[str, yaml.Mark]:
    """Return the message for a syntax error of either parser of PyYAML, and the mark of its place.

    Args:
        error: Error of the parser.
        text: YAML text.
    """
    problem, context = error.problem or "", error.context or ""
    here: Any = error.problem_mark or error.context_mark
    opened: Any = error.context_mark or here
    lines = text.split("\n")
    line = lines[here.line] if here.line < len(lines) else ""
    character = line[here.column : here.column + 1]

    if character == "\t" or "\t" in line[: len(line) - len(line.lstrip())] or "tab character" in problem:
        return "tabs are not allowed; indent YAML with spaces", here
    if re.search(r"expected ',' or '[\]}]'", problem):
        bracket = "[" if "]" in problem else "{"
        if here.line == opened.line:
            return f"a comma is missing here, or the {bracket} at column {opened.column + 1} is not closed", here
        return f"this {bracket} is not closed (or a comma is missing before line {here.line + 1})", opened
    if "unexpected end of stream" in problem:
        return "this quote is not closed", opened
    if "could not find expected ':'" in problem:
        return "expected `key: value`; a colon, or the space after it, is missing", opened
    if "values are not allowed" in problem:
        return _unexpected_colon(lines[: here.line], line[: here.column]), here
    if "entries are not allowed" in problem:
        return "unexpected dash; every item of a list starts on a new line", here
    if "scanning a block scalar" in context:
        return 'a string that begins with > or | must be in quotes, such as "> 5"', opened
    if "cannot start any token" in problem:
        return f"a string that begins with {character or 'this character'} must be in quotes", here
    if "alphabetic or numeric character" in problem:
        return f"a string that begins with {'&' if 'anchor' in context else '*'} must be in quotes", opened
    if "unknown escape character" in problem:
        return "unknown escape in double quotes; write \\\\ for a backslash, or use single quotes", here
    if "node content" in problem:
        return f"expected a value, got {character!r}" if character else "expected a value", here
    if "parsing a block" in context:
        if line[: here.column].strip():
            return "unexpected text after the value; is a quote closed too early?", here
        return "this line is not indented like the lines it belongs to", here
    if "document start" in problem:
        if "..." in lines[: here.line]:
            return "expected the end of the file after ...", here
        return "this line is not indented like the lines above it", here
    return problem or str(error), here


def _unexpected_colon(above: list[str], before: str) -> str:
    """Return the message for a colon where no key can end; the mistake is often on the line above."""
    content = [line for line in above if line.strip() and not line.lstrip().startswith("#")]
    last = content[-1] if content else ""
    if re.search(r":\s", before):
        return "unexpected second colon; a string that contains a colon and a space must be in quotes"
    if re.fullmatch(r"\s*(- )?[\w-]+:\S.*", last):
        return "unexpected colon; on the line above, the space after the colon is missing"
    if re.fullmatch(r"\s*(- )?[\w-]+\s*", last):
        return "unexpected colon; on the line above, a colon is missing"
    return "unexpected colon; this line is indented too far"
