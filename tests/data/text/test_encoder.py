from __future__ import annotations

import json

import pytest

from dlcli.core import ConfigError
from dlcli.data import EOS, UNK, DataPaths, Sentences, TextEncoder, TextOptions, Texts
from dlcli.data.text import BytePair, Character, Word
from dlcli.data.text.tokenizer import Tokenizer
from dlcli.settings import TextSettings, VocabularySettings

TEXTS = Texts.of(["The cat sat.", "The mat!", "The cat"])


@pytest.mark.parametrize("tokenizer", [Character(), Word(), BytePair(merges=5)])
def test_json_round_trip(tokenizer: Tokenizer):
    encoder = TextEncoder.fit(TEXTS, TextOptions(tokenizer=tokenizer, settings=TextSettings(max_length=9)), DataPaths())
    again = TextEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again.to_json() == encoder.to_json()
    for text in ("The cat sat.", "A zebra"):
        assert again.indices(text).tolist() == encoder.indices(text).tolist()


def test_the_vocabulary_comes_from_the_training_set():
    encoder = TextEncoder.fit(
        TEXTS, TextOptions(settings=TextSettings(vocabulary=VocabularySettings(min_count=2))), DataPaths()
    )
    assert encoder.vocabulary.tokens[4:] == ("the", "cat")
    assert encoder.indices("the cat sat").tolist() == [4, 5, UNK]
    assert encoder.decode([4, 5]) == "the cat"
    assert encoder.longest == 4
    assert encoder.vocabulary.counts[EOS] == 3


def test_words_of_sentences_are_not_split_further():
    encoder = TextEncoder.fit(Sentences([("The", "U.S."), ("Don't",)]), TextOptions(), DataPaths())
    assert encoder.vocabulary.tokens[4:] == ("don't", "the", "u.s.")
    assert encoder.indices(("THE", "u.s.", "u")).tolist() == [5, 6, UNK]


@pytest.mark.parametrize(("option", "value"), [("min_count", 2), ("max_size", 10)])
def test_a_tokenizer_with_its_own_vocabulary_rejects_vocabulary_options(option: str, value: int):
    options = TextOptions(
        tokenizer=BytePair(merges=5), settings=TextSettings(vocabulary=VocabularySettings(**{option: value}))
    )
    with pytest.raises(ConfigError) as caught:
        TextEncoder.fit(TEXTS, options, DataPaths())
    assert (caught.value.code, caught.value.key) == ("conflicting_options", f"vocabulary.{option}")


def test_single_characters_of_merged_tokens_are_known():
    encoder = TextEncoder.fit(Texts.of(["ab ab ab"]), TextOptions(tokenizer=BytePair(merges=9)), DataPaths())
    assert UNK not in encoder.indices("b a ba")
