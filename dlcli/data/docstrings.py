"""A text that every Python installation has: the docstrings of the standard library."""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path
from platform import python_version

import numpy as np

from dlcli.core import DataError, PositiveInt, register
from dlcli.data.data_paths import DataPaths
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.raw_data import RawData
from dlcli.data.readers import DatasetReader
from dlcli.data.targets import NextTokens
from dlcli.data.text.stream import TextStream

#: folders to skip: tests, programs, and packages that are not part of the standard library
_SKIPPED = {"ensurepip", "idlelib", "lib2to3", "site-packages", "dist-packages", "test", "tests", "turtledemo"}


@register("dataset", "docstrings")
class Docstrings(DatasetReader):
    """English prose about Python: the docstrings of its standard library as continuous text.

    The text needs no download, and is the same for the same version of Python.

    Args:
        size: Minimum number of characters; the text ends with the docstring that reaches it.
    """

    first_config = "task: language_modeling\nmodel: {architecture: recurrent_language_model, cell: gru, units: 128}"

    def __init__(self, *, size: PositiveInt = 400_000) -> None:
        self.size = size

    def read(self, data_paths: DataPaths) -> RawData:  # noqa: ARG002
        parts: list[str] = []
        length = 0
        for docstring in standard_docstrings():
            parts.append(f"{docstring}\n\n")
            length += len(parts[-1])
            if length >= self.size:
                break
        if length < self.size:
            message = f"the docstrings of this Python's standard library have {length:,} characters, not {self.size:,}"
            raise DataError(message, code="too_few_examples", key="size")
        content = "".join(parts).encode("utf-8", "replace")
        return RawData(
            Examples(TextStream(np.frombuffer(content, dtype=np.uint8)), None, row_numbers(0)),
            {f"docstrings of Python {python_version()}": hashlib.sha256(content).hexdigest()},
            f"Docstrings of Python {python_version()}: {length:,} characters",
            targets=NextTokens,
        )


def standard_docstrings() -> Iterator[str]:
    """Yield the docstrings of the standard library, file by file, without their indentation."""
    for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
        folders[:] = sorted(set(folders) - _SKIPPED)
        for name in sorted(files):
            if name.endswith(".py"):
                yield from docstrings_of(Path(folder, name))


def docstrings_of(file: Path) -> Iterator[str]:
    """Yield the docstrings of a Python file in the order of its lines; none if it cannot be parsed."""
    try:
        with tokenize.open(file) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # syntax and deprecation warnings about the library's code
            tree = ast.parse(stream.read())
    except (SyntaxError, UnicodeDecodeError, OSError):
        return
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, documented)]
    for node in sorted(nodes, key=lambda node: getattr(node, "lineno", 0)):
        docstring = ast.get_docstring(node, clean=False)
        if docstring and docstring.strip():
            yield inspect.cleandoc(docstring)
