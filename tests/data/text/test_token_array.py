from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data.text.token_array import TokenArray, padded

SEQUENCES = [np.array([5, 6, 7]), np.array([], dtype=np.int64), np.array([8])]


@pytest.mark.parametrize("stored", [False, True])
def test_sequences_keep_their_bounds(tmp_path: Path, stored: bool):
    tokens = TokenArray.of(SEQUENCES, tmp_path / "cache" / "a.tokens" if stored else None)
    assert [tokens[number].tolist() for number in range(len(tokens))] == [[5, 6, 7], [], [8]]
    assert tokens.lengths.tolist() == [3, 0, 1]
    assert tokens.flat.dtype == np.int32
    assert isinstance(tokens.flat, np.memmap) == stored
    assert tokens.count(6) == 1


def test_stored_tokens_are_not_computed_again(tmp_path: Path):
    store = tmp_path / "a.tokens"
    first = TokenArray.of(SEQUENCES, store)
    again = TokenArray.of(iter(()), store)
    assert np.array_equal(first.flat, again.flat)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.lengths", "a.tokens"]


def test_a_store_that_cannot_be_written_is_an_io_error(tmp_path: Path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DataError) as caught:
        TokenArray.of(SEQUENCES, tmp_path / "cache" / "a.tokens")
    assert caught.value.code == "io_error"


def test_pieces_are_padded_at_their_end():
    flat = np.arange(10, 20, dtype=np.int32)
    rows = padded(flat, np.array([0, 7]), np.array([2, 3]))
    assert rows.tolist() == [[10, 11, 0], [17, 18, 19]]
    assert rows.dtype == np.int64
    assert padded(flat, np.array([4]), np.array([2])).tolist() == [[14, 15]]
    assert padded(flat, np.array([9]), np.array([1]), width=3).tolist() == [[19, 0, 0]]
