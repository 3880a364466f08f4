"""How texts become token indices: the options of `data.text`.

`data.dataset` says which files to read and in which format. `data.text` says how to tokenize their texts, with the same
options for every format:

    data:
      dataset: {format: text, path: input.txt}      # or lines, text_folder, conll; csv, jsonl … with text: COLUMN
      split: {train: 0.9, dev: 0.1}                 # continuous text is divided in order
      text:
        tokenizer: {name: byte_pair, merges: 1000}  # or character, word, hugging_face
        vocabulary: {min_count: 2, max_size: 10000}
        max_length: 200                             # of texts that are single examples
        window: 64                                  # of continuous text

The task decides what is predicted: the next token (`language_modeling`), a class for each token
(`sequence_labeling`), or a class or value for each text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dlcli.data.text.tokenizer import Tokenizer
from dlcli.data.text.words import Word
from dlcli.settings import TextSettings


@dataclass(frozen=True, kw_only=True)
class TextOptions:
    """Options of text preparation.

    Args:
        tokenizer: Tokenizer that splits texts into tokens.
        settings: Vocabulary and lengths of the examples.
        known_words: Words to add to the vocabulary even if the training set lacks them, such as those with published
            vectors; not used where the next token is predicted.
    """

    tokenizer: Tokenizer = field(default_factory=Word)
    settings: TextSettings = field(default_factory=TextSettings)
    known_words: tuple[str, ...] = ()
