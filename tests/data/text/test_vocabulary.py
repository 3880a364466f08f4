from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import BOS, EOS, PAD, SPECIAL_TOKENS, UNK, Vocabulary

COUNTS = Counter(["to", "be", "or", "not", "to", "be", "to"])


def test_special_tokens_come_first_and_then_from_frequent_to_rare():
    vocabulary = Vocabulary.fit(COUNTS)
    assert (PAD, UNK, BOS, EOS) == (0, 1, 2, 3)
    assert vocabulary.tokens == (*SPECIAL_TOKENS, "to", "be", "not", "or")
    assert vocabulary.counts == (0, 0, 0, 0, 3, 2, 1, 1)
    assert vocabulary.indices(["be", "or", "question"]).tolist() == [5, 7, UNK]
    assert vocabulary.indices(["be"]).dtype == np.int32
    assert vocabulary.lookup([5, 0]) == ["be", "<PAD>"]


def test_rare_tokens_are_left_out_and_counted_as_unknown():
    assert Vocabulary.fit(COUNTS, min_count=2).tokens[4:] == ("to", "be")
    assert Vocabulary.fit(COUNTS, max_size=1).tokens[4:] == ("to",)
    assert Vocabulary.fit(COUNTS, max_size=1).counts[UNK] == 4


def test_a_text_that_spells_a_special_token_means_it():
    vocabulary = Vocabulary.fit(Counter(["a", "<UNK>"]))
    assert len(vocabulary) == 5
    assert vocabulary.indices(["<UNK>", "a"]).tolist() == [UNK, 4]


def test_an_empty_vocabulary_is_refused():
    with pytest.raises(DataError, match=r"9 times .* 3 times") as caught:
        Vocabulary.fit(COUNTS, min_count=9)
    assert (caught.value.code, caught.value.key) == ("too_few_examples", "vocabulary.min_count")


def test_json_round_trip():
    vocabulary = Vocabulary.fit(COUNTS)
    assert Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json()))) == vocabulary
