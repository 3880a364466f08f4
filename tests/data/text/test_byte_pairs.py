from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from dlcli.data import DataPaths
from dlcli.data.text import BytePair
from dlcli.data.text.tokenizer import tokenizer_from_json

TEXT = "the cat sat on the mat.\nthe rat sat, too.\n\n  the end " * 3


@given(st.text())
def test_decoding_restores_the_text(text: str):
    tokenizer = BytePair(merges=20).fit([TEXT], DataPaths())
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_frequent_words_are_single_tokens_and_rare_words_are_split():
    tokenizer = BytePair(merges=10).fit([TEXT], DataPaths())
    assert len(tokenizer.pairs) == 10
    assert " the" in tokenizer.encode(TEXT)
    assert len(tokenizer.encode("zebra")) == 5


def test_encoding_uses_only_learned_tokens():
    tokenizer = BytePair(merges=30).fit([TEXT], DataPaths())
    assert set(tokenizer.encode(TEXT)) <= set(tokenizer.tokens)
    assert set(tokenizer.tokens) >= set(TEXT)
    assert len(tokenizer.tokens) == len(set(tokenizer.tokens)) == len(tokenizer.alphabet) + len(tokenizer.pairs)


def test_learning_stops_when_no_pair_occurs_twice():
    assert len(BytePair(merges=1000).fit(["abcd"], DataPaths()).pairs) == 0


def test_no_token_spans_a_space_or_a_line_end():
    tokenizer = BytePair(merges=1000).fit([TEXT], DataPaths())
    assert all(" " not in token[1:] and "\n" not in token[1:] for token in tokenizer.tokens)


def test_json_round_trip():
    tokenizer = BytePair(merges=15).fit([TEXT], DataPaths())
    again = tokenizer_from_json(json.loads(json.dumps(tokenizer.to_json())))
    assert isinstance(again, BytePair)
    assert again.encode(TEXT) == tokenizer.encode(TEXT)
    assert again.tokens == tokenizer.tokens
