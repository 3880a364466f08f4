"""Prepare raw texts as a split: token sequences, targets, and remarks for the user."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dlcli.core import DataError, formatting
from dlcli.data.batches import SequenceSource, Split
from dlcli.data.data_paths import cache_folder
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.text import text_file
from dlcli.data.text.encoder import TextEncoder
from dlcli.data.text.sequences import NextTokenSequences, TokenSequences, Windows
from dlcli.data.text.stream import TextInputs, TextStream
from dlcli.data.text.texts import Sentences
from dlcli.data.text.token_array import TYPE, TokenArray
from dlcli.data.text.tokenizer import Tokenizer
from dlcli.data.text.vocabulary import BOS, EOS, UNK
from dlcli.data.text.words import SPECIAL_BYTES, Word

#: from this share of unknown tokens on, words seem to be the wrong unit
MOSTLY_UNKNOWN = 0.5


def prepare_texts(
    examples: Examples, rows: np.ndarray, preprocessor: Preprocessor, name: str, notes: tuple[str, ...] = ()
) -> Split:
    """Prepare some texts, or a part of a continuous text, for a model.

    Args:
        examples: Raw examples.
        rows: (n,) row numbers of the examples to use; for continuous text, (2,) first byte and stop byte.
        preprocessor: Preprocessor fit on the training set.
        name: Name of the split.
        notes: Remarks for the user about these examples.

    Raises:
        DataError: An example is too long with `too_long: error`, or has fewer or more labels than tokens.
    """
    encoder, inputs = preprocessor.text, examples.inputs
    assert encoder is not None
    assert isinstance(inputs, TextInputs)
    inputs = inputs.take(rows)
    is_next_token = preprocessor.targets.predicts_inputs
    if name == "train" and isinstance(encoder.tokenizer, Word):
        notes += _word_remarks(inputs, encoder.tokenizer, is_next_token=is_next_token)
    tokens = TokenArray.of(_sequences(inputs, encoder, is_next_token), _store(inputs, encoder, is_next_token))
    if isinstance(inputs, TextStream):
        windows = Windows(tokens.flat, encoder.window)
        notes += _unknown(tokens, windows.total, name, encoder.tokenizer)
        return Split(name, windows, None, row_numbers(len(windows)), notes)
    ids = examples.ids[rows]
    lengths = tokens.lengths - 2 * is_next_token  # without <BOS> and <EOS>
    notes += _unknown(tokens, int(lengths.sum()), name, encoder.tokenizer)
    notes += _too_long(lengths, ids, encoder, name) + _empty(lengths, name)
    source: SequenceSource
    if is_next_token:
        source = NextTokenSequences(tokens, encoder.max_length)
        return Split(name, source, None, ids, notes, lines=None if examples.lines is None else examples.lines[rows])
    if preprocessor.targets.per_step:
        if examples.targets is not None:
            _check_labels(examples.targets[rows], lengths, ids, name)
        labels = preprocessor.targets.encode(examples, rows, name)
        return Split(name, TokenSequences(tokens, encoder.max_length, labels), None, ids, notes)
    source = TokenSequences(tokens, encoder.max_length)
    encoded = preprocessor.targets.encode(examples, rows, name)
    return Split(name, source, encoded, ids, notes, preprocessor.targets.raw_values(examples, rows))


def _sequences(inputs: TextInputs, encoder: TextEncoder, is_next_token: bool) -> Iterator[np.ndarray]:
    """Yield the token indices of each text; of continuous text, those of its chunks."""
    if isinstance(inputs, TextStream):
        yield np.array([BOS])
        for chunk in inputs.chunks():
            yield encoder.indices(chunk)
        return
    for text in inputs:
        indices = encoder.indices(text)
        yield np.concatenate([[BOS], indices, [EOS]]) if is_next_token else indices


def _store(inputs: TextInputs, encoder: TextEncoder, is_next_token: bool) -> Path | None:
    """Return the file in the user's cache that stores the tokens of a large text across runs; None for a small text."""
    if isinstance(inputs, Sentences):
        return None
    if inputs.size * TYPE.itemsize <= text_file.MEMORY_LIMIT:  # there are no more tokens than bytes
        return None
    kind = [type(inputs).__name__, is_next_token]
    digest = hashlib.sha256(json.dumps([encoder.to_json(), kind]).encode())
    for block in text_file.blocks(inputs.content):
        digest.update(block)
    if not isinstance(inputs, TextStream):
        digest.update(inputs.starts.tobytes() + inputs.stops.tobytes())
    return cache_folder() / "tokens" / f"{digest.hexdigest()}.tokens"


def _word_remarks(inputs: TextInputs, tokenizer: Word, *, is_next_token: bool) -> tuple[str, ...]:
    """Remark on options that make perplexity incomparable with published values, and on special tokens in the text."""
    remarks = []
    if is_next_token and (tokenizer.lowercase or not tokenizer.line_ends):
        changes = ["in lower case"] * tokenizer.lowercase + ["without line ends"] * (not tokenizer.line_ends)
        remarks.append(
            f"words are read {' and '.join(changes)}; compare the perplexity only with results on such words"
        )
    if tokenizer.special_tokens and not isinstance(inputs, Sentences):
        markers = {marker for block in text_file.blocks(inputs.content) for marker in SPECIAL_BYTES.findall(block)}
        if markers:
            listed = ", ".join(sorted(marker.decode() for marker in markers))
            remarks.append(
                f"{listed} in the text are read as special tokens; tokenizer.special_tokens: false keeps them"
            )
    return tuple(remarks)


def _unknown(tokens: TokenArray, total: int, name: str, tokenizer: Tokenizer) -> tuple[str, ...]:
    count = tokens.count(UNK)
    if name == "train" or count == 0:
        return ()
    share = count / total
    unknown = f"{count} of {total} tokens ({formatting.percent(share)} %)"
    remark = f"{name}: {unknown} are not in the vocabulary; they count as <UNK>"
    if share >= MOSTLY_UNKNOWN and isinstance(tokenizer, Word):
        remark += "; for texts without spaces between words, set tokenizer: character"
    return (remark,)


def _too_long(lengths: np.ndarray, ids: np.ndarray, encoder: TextEncoder, name: str) -> tuple[str, ...]:
    limit = encoder.max_length
    if limit is None:
        return ()
    longer = np.flatnonzero(lengths > limit)
    if len(longer) == 0:
        return ()
    if encoder.too_long == "error":
        first = longer[0]
        more = f", the first of {len(longer)} that are too long" if len(longer) > 1 else ""
        message = f"{name}: example {ids[first]} has {formatting.count(int(lengths[first]), 'token')}{more}"
        raise DataError(f"{message}; max_length is {limit}", code="too_large", key="text.max_length")
    remark = f"{name}: {len(longer)} of {len(lengths)} examples are longer than {formatting.count(limit, 'token')}"
    return (f"{remark}; only their beginnings are used",)


def _empty(lengths: np.ndarray, name: str) -> tuple[str, ...]:
    count = int((lengths == 0).sum())
    return (f"{name}: {count} of {len(lengths)} examples have no tokens; each counts as one <UNK>",) if count else ()


def _check_labels(targets: np.ndarray, lengths: np.ndarray, ids: np.ndarray, name: str) -> None:
    num_labels = np.array([len(labels) for labels in targets])
    wrong = np.flatnonzero(num_labels != lengths)
    if len(wrong):
        first = wrong[0]
        tokens = formatting.count(int(lengths[first]), "token")
        counts = f"{tokens} and {formatting.count(int(num_labels[first]), 'label')}"
        raise DataError(f"{name}: example {ids[first]} has {counts}; expected one label for each token")
