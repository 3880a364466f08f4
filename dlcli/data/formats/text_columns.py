"""Columns of a table that hold texts, or lists of words and their labels."""

from __future__ import annotations

import numpy as np

from dlcli.data.formats.columns import Source
from dlcli.data.text.texts import Sentences, Texts


def texts_of(source: Source, name: str) -> Texts | Sentences:
    """The texts of a column, or where its cells are lists, the sentences that these words make.

    Raises:
        DataError: the column holds something else, or one is missing.
    """
    import pyarrow as pa

    cells = source.table.column(name)
    values = cells.to_pylist()
    if None in values:
        row = values.index(None)
        raise source.error("the text is missing", name, row)
    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    if is_list(source, name):
        _check_words(source, name, values)
        return Sentences([tuple(words) for words in values])
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise source.error(f"expected a text or a list of words, found {values[0]!r}", name, 0)
    return Texts.of(values)


def labels_of(source: Source, name: str) -> np.ndarray:
    """(N,) of objects: the labels of each row's words.

    Raises:
        DataError: a row has none, or a word of it.
    """
    values = source.table.column(name).to_pylist()
    if None in values:
        raise source.error("the labels are missing", name, values.index(None))
    for row, of_words in enumerate(values):
        if None in of_words:
            raise source.error(f"word {of_words.index(None) + 1} has no label", name, row)
        if any("\0" in str(label) for label in of_words):
            raise source.error("a label has a NUL character", name, row)
    labels = np.empty(len(values), dtype=object)
    for row, of_words in enumerate(values):
        labels[row] = tuple(map(str, of_words))
    return labels


def _check_words(source: Source, name: str, sentences: list[list[object]]) -> None:
    """Refuse lists of anything but words."""
    for row, words in enumerate(sentences):
        for word in words:
            if not isinstance(word, str):
                raise source.error(f"expected a text or a list of words, found {word!r} in a list", name, row)


def is_list(source: Source, name: str) -> bool:
    """Whether the cells of a column are lists."""
    import pyarrow as pa

    kind = source.table.schema.field(name).type
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))
