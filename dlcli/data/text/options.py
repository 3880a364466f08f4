"""How texts become numbers: the options of `data.text`.

What the files are is said by `data.dataset`, in any of the formats of texts; how their texts are read stands beside it
and is the same for all:

    data:
      dataset: {format: text, path: input.txt}      # or lines, text_folder, conll; csv, jsonl … with text: COLUMN
      split: {train: 0.9, dev: 0.1}                 # of a running text: in its order
      text:
        tokenizer: {name: byte_pair, merges: 1000}  # or character, word, hugging_face
        vocabulary: {min_count: 2, max_size: 10000}
        max_length: 200                             # of texts that are examples by themselves
        window: 64                                  # of a running text

What is predicted is the task's affair: the next token (`language_modeling`), a class for each token
(`sequence_labeling`), or a class or value for each text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dlcli.data.text.tokenizer import Tokenizer
from dlcli.data.text.words import Word
from dlcli.settings import TextSettings


@dataclass(frozen=True, kw_only=True)
class TextOptions:
    """How texts become numbers.

    Args:
        tokenizer: cuts texts into tokens.
        settings: which tokens are known and how many make an example.
        known_words: words that are known even if the training set lacks them, such as those with published vectors;
            without meaning where the next token is predicted.
    """

    tokenizer: Tokenizer = field(default_factory=Word)
    settings: TextSettings = field(default_factory=TextSettings)
    known_words: tuple[str, ...] = ()
