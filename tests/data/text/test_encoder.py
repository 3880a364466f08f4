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
def test_it_survives_json(tokenizer: Tokenizer):
    encoder = TextEncoder.fit(TEXTS, TextOptions(tokenizer=tokenizer, settings=TextSettings(max_length=9)), DataPaths())
    again = TextEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again.to_json() == encoder.to_json()
    for text in ("The cat sat.", "A zebra"):
        assert again.indices(text).tolist() == encoder.indices(text).tolist()


def test_what_the_training_set_has_is_known():
    encoder = TextEncoder.fit(
        TEXTS, TextOptions(settings=TextSettings(vocabulary=VocabularySettings(min_count=2))), DataPaths()
    )
    assert encoder.vocabulary.tokens[4:] == ("the", "cat")
    assert encoder.indices("the cat sat").tolist() == [4, 5, UNK]
    assert encoder.decode([4, 5]) == "the cat"
    assert encoder.longest == 4
    assert encoder.vocabulary.counts[EOS] == 3


def test_words_that_were_told_apart_stay_so():
    encoder = TextEncoder.fit(Sentences([("The", "U.S."), ("Don't",)]), TextOptions(), DataPaths())
    assert encoder.vocabulary.tokens[4:] == ("don't", "the", "u.s.")
    assert encoder.indices(("THE", "u.s.", "u")).tolist() == [5, 6, UNK]


@pytest.mark.parametrize(("option", "value"), [("min_count", 2), ("max_size", 10)])
def test_a_tokenizer_with_its_own_vocabulary_has_no_limits_beside_it(option: str, value: int):
    options = TextOptions(
        tokenizer=BytePair(merges=5), settings=TextSettings(vocabulary=VocabularySettings(**{option: value}))
    )
    with pytest.raises(ConfigError, match=rf"vocabulary.{option}: this tokenizer has its own vocabulary"):
        TextEncoder.fit(TEXTS, options, DataPaths())


def test_merged_characters_are_known_by_themselves():
    encoder = TextEncoder.fit(Texts.of(["ab ab ab"]), TextOptions(tokenizer=BytePair(merges=9)), DataPaths())
    assert UNK not in encoder.indices("b a ba")
