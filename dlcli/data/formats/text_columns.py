"""Table columns of texts, or of lists of words and their labels."""

from __future__ import annotations

import numpy as np

from dlcli.data.formats.columns import Source
from dlcli.data.text.texts import Sentences, Texts


def texts_of(source: Source, name: str) -> Texts | Sentences:
    """Return the texts of a column, or its sentences if the cells are lists of words.

    Raises:
        DataError: The column has other values, or a value is missing.
    """
    import pyarrow as pa

    cells = source.table.column(name)
    values = cells.to_pylist()
    if None in values:
        row = values.index(None)
        raise source.error("the text is missing", name, row, "missing_value")
    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    if is_list(source, name):
        _check_words(source, name, values)
        return Sentences([tuple(words) for words in values])
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise source.error(f"expected a text or a list of words, got {values[0]!r}", name, 0, "wrong_type")
    return Texts.of(values)


def labels_of(source: Source, name: str) -> np.ndarray:
    """Return the labels of the words of each row, (N,) tuples.

    Raises:
        DataError: The labels of a row or of a word are missing.
    """
    values = source.table.column(name).to_pylist()
    if None in values:
        raise source.error("the labels are missing", name, values.index(None), "missing_value")
    for row, word_labels in enumerate(values):
        if None in word_labels:
            raise source.error(f"word {word_labels.index(None) + 1} has no label", name, row, "missing_value")
        if any("\0" in str(label) for label in word_labels):
            raise source.error("a label has a NUL character", name, row)
    labels = np.empty(len(values), dtype=object)
    for row, word_labels in enumerate(values):
        labels[row] = tuple(map(str, word_labels))
    return labels


def _check_words(source: Source, name: str, sentences: list[list[object]]) -> None:
    """Check that lists contain only words."""
    for row, words in enumerate(sentences):
        for word in words:
            if not isinstance(word, str):
                raise source.error(
                    f"expected a text or a list of words, got {word!r} in a list", name, row, "wrong_type"
                )


def is_list(source: Source, name: str) -> bool:
    """Return whether the cells of a column are lists."""
    import pyarrow as pa

    kind = source.table.schema.field(name).type
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))
