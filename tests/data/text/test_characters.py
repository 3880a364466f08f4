from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dlcli.data import UNK, Vocabulary
from dlcli.data.text import Character
from dlcli.data.text.characters import SHORT


@given(st.text())
def test_decoding_restores_the_text(text: str):
    tokenizer = Character()
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.text(min_size=1), st.text())
def test_indices_match_the_encoded_tokens(known: str, text: str):
    tokenizer = Character()
    vocabulary = Vocabulary.fit(tokenizer.count([known]))
    assert tokenizer.indices(text, vocabulary).tolist() == vocabulary.indices(tokenizer.encode(text)).tolist()
    assert tokenizer.decode(vocabulary.lookup(tokenizer.indices(known, vocabulary))) == known


def test_a_code_point_beyond_the_table_is_unknown():
    vocabulary = Vocabulary.fit(Character().count(["ab"]))
    assert Character().indices("a😀", vocabulary).tolist() == [4, UNK]


def test_long_texts_are_counted_like_short_ones():
    text = "añ😀 " * SHORT
    assert Character().count([text]) == Character().count(text)
