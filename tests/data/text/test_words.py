from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.data.text import Word
from dlcli.data.text.words import ASCII, UNICODE, word_pattern


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Cats average 15 hours of sleep a day.", "cats average 15 hours of sleep a day ."),
        ("Don't! It's the state-of-the-art, isn't it?", "do n't ! it 's the state-of-the-art , is n't it ?"),
        ("3.5 or 1,000 (rock 'n' roll)", "3.5 or 1,000 ( rock ' n ' roll )"),
        ("they’re naïve; CAFÉ", "they ’re naïve ; café"),
        ("हिन्दी में", "हिन्दी में"),  # Python's \w does not match vowel signs
        ("good😀bad a_b", "good 😀 bad a _ b"),
        ("century's", "century 's"),
        ("  \t\n", ""),
    ],
)
def test_words_numbers_and_marks_are_tokens(text: str, tokens: str):
    assert Word().encode(text) == tokens.split()


def test_keeping_punctuation_splits_only_at_spaces():
    tokenizer = Word(lowercase=False, punctuation="keep")
    assert tokenizer.encode("Mr. N <unk>, don't") == ["Mr.", "N", "<unk>,", "don't"]
    assert tokenizer.decode(["Mr.", "N"]) == "Mr. N"


def test_line_ends_can_be_tokens():
    tokenizer = Word(line_ends=True)
    text = "To be,\nor not\n\n"
    tokens = tokenizer.encode(text)
    assert tokens == ["to", "be", ",", "\n", "or", "not", "\n", "\n"]
    assert tokenizer.decode(tokens) == text.lower()
    assert Word().encode("to\nbe") == ["to", "be"]


@pytest.mark.parametrize("text", ["he said: it's (not) true, isn't it?", "a [b] c! d; e… 5%"])
def test_decoding_puts_marks_where_they_belong(text: str):
    assert Word().decode(Word().encode(text)) == text


@given(st.text())
def test_encoding_loses_spaces_only(text: str):
    tokenizer = Word(lowercase=False)
    assert "".join(tokenizer.encode(text)) == "".join(text.split())


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_ascii_pattern_matches_like_the_full_pattern(text: str):
    assert word_pattern(ASCII).findall(text) == word_pattern(UNICODE).findall(text)


@given(st.lists(st.text(alphabet="ab'-., \n", max_size=20)), st.booleans())
def test_encoding_decoded_tokens_gives_the_same_tokens(texts: list[str], line_ends: bool):
    tokenizer = Word(line_ends=line_ends, punctuation="keep")
    for text in texts:
        tokens = tokenizer.encode(text)
        assert tokenizer.encode(tokenizer.decode(tokens)) == tokens


@pytest.mark.parametrize("punctuation", ["split", "keep"])
def test_special_tokens_of_a_corpus_are_special_tokens(punctuation: str):
    word = Word(punctuation=punctuation)
    corpus = "<s> a <unk> b <UNK> <eos>\n<bos> c </s>"
    assert word.encode(corpus) == [*("<BOS>", "a", "<UNK>", "b", "<UNK>", "<EOS>", "<BOS>", "c", "<EOS>")]
    assert Word.restored(word.state()).encode("<unk>") == ["<UNK>"]
    older = {name: value for name, value in word.state().items() if name != "special_tokens"}
    assert "<UNK>" not in Word.restored(older).encode("<unk> a")
    assert "<UNK>" not in Word(special_tokens=False).encode("<unk> a")
