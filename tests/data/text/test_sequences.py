from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.data import BOS, EOS, PAD, UNK, NextTokenSequences, SequenceSource, StreamBatches, TokenSequences, Windows
from dlcli.data.text.token_array import TokenArray

ANY_TOKENS = st.lists(st.integers(4, 99), min_size=1, max_size=50)


def tokens_of(*sequences: list[int]) -> TokenArray:
    return TokenArray.of([np.array(sequence, dtype=np.int64) for sequence in sequences])


def test_sequences_are_padded_to_the_longest_of_a_batch():
    source = TokenSequences(tokens_of([5, 6], [7], [8, 9, 10]))
    assert isinstance(source, SequenceSource)
    assert source.shape == (3, 3)
    batch = source.gather(np.array([1, 0]))
    assert batch.inputs.tolist() == [[7, PAD], [5, 6]]
    assert batch.lengths.tolist() == [1, 2]
    assert batch.targets is None
    assert source.gather(np.array([2])).lengths is None


def test_a_sequence_without_tokens_is_one_unknown_token():
    source = TokenSequences(tokens_of([], [7, 8]))
    assert source.lengths.tolist() == [1, 2]
    assert source.gather(np.array([0])).inputs.tolist() == [[UNK]]
    assert source.gather(np.array([1, 0])).inputs.tolist() == [[7, 8], [UNK, PAD]]


def test_labels_go_with_their_tokens():
    source = TokenSequences(tokens_of([5, 6], [7, 8, 9]), 2, np.array([0, 1, 1, 0, 1]))
    batch = source.gather(np.array([1, 0]))
    assert batch.inputs.tolist() == [[7, 8], [5, 6]]
    assert batch.targets.tolist() == [[1, 0], [0, 1]]


def test_each_token_is_predicted_from_those_before_it():
    source = NextTokenSequences(tokens_of([BOS, 5, 6, EOS], [BOS, 7, EOS]))
    batch = source.gather(np.array([0, 1]))
    assert batch.inputs.tolist() == [[BOS, 5, 6], [BOS, 7, PAD]]
    assert batch.targets.tolist() == [[5, 6, EOS], [7, EOS, PAD]]
    assert batch.lengths.tolist() == [3, 2]
    assert source.lengths.tolist() == [3, 2]


def test_a_truncated_sequence_has_no_end_token():
    source = NextTokenSequences(tokens_of([BOS, 5, 6, 7, EOS], [BOS, 8, 9, EOS]), max_length=2)
    batch = source.gather(np.array([0, 1]))
    assert batch.targets.tolist() == [[5, 6, 7], [8, 9, EOS]]
    assert source.shape == (2, 3)


@given(ANY_TOKENS, st.integers(1, 12))
def test_windows_predict_every_token_once_and_in_order(tokens: list[int], window: int):
    source = Windows(np.array([BOS, *tokens], dtype=np.int32), window)
    assert isinstance(source, SequenceSource)
    batch = source.gather(np.arange(len(source)))
    lengths = source.lengths if batch.lengths is None else batch.lengths
    assert lengths.tolist() == source.lengths.tolist()
    targets = [token for row, n in zip(batch.targets, lengths, strict=True) for token in row[:n]]
    inputs = [token for row, n in zip(batch.inputs, lengths, strict=True) for token in row[:n]]
    assert targets == tokens
    assert inputs == [BOS, *tokens[:-1]]
    assert source.shape == batch.inputs.shape


@given(ANY_TOKENS, st.integers(1, 6), st.integers(1, 5))
def test_rows_of_a_stream_continue_from_batch_to_batch(tokens: list[int], window: int, rows: int):
    source = Windows(np.array([BOS, *tokens]), window)
    order = StreamBatches(len(source), batch_size=rows)
    last: dict[int, int] = {}
    seen = []
    for number in range(len(order)):
        batch = source.gather(order.indices(0, number))
        for row in range(len(batch)):
            n = batch.inputs.shape[1] if batch.lengths is None else batch.lengths[row]
            if row in last:
                assert batch.inputs[row, 0] == last[row]
            last[row] = batch.targets[row, n - 1]
            seen += batch.targets[row, :n].tolist()
    assert sorted(seen) == sorted(tokens)


@pytest.mark.parametrize("source", [TokenSequences(tokens_of([5])), Windows(np.array([BOS, 5]), 4)])
def test_one_token_is_enough(source: SequenceSource):
    assert source.gather(np.array([0])).inputs.shape == (1, 1) == source.shape
