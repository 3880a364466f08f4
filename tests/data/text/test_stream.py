from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import ConfigError, DataError
from dlcli.data.text import stream as stream_module
from dlcli.data.text.stream import TextStream, check_divisible
from dlcli.settings import SplitOptions


def stream_of(text: str) -> TextStream:
    return TextStream(np.frombuffer(text.encode(), dtype=np.uint8))


@given(st.text(alphabet="ab é\n😀", min_size=1), st.integers(4, 9))
def test_chunks_join_to_the_text_and_split_no_character(text: str, block: int):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_module, "BLOCK", block)
        patch.setattr(stream_module, "LONGEST_WORD", block - 1)
        assert "".join(stream_of(text).chunks()) == text


@given(st.lists(st.text(alphabet="abé", min_size=1, max_size=5), min_size=2), st.floats(0.1, 0.9))
def test_parts_join_to_the_text_and_split_no_word(words: list[str], share: float):
    stream = stream_of(" ".join(words))
    try:
        parts = stream.divide({"train": share, "test": 1 - share})
    except DataError:
        return
    texts = ["".join(stream.take(rows).chunks()) for rows in parts.values()]
    assert "".join(texts) == " ".join(words)
    if share * len(stream) >= len(words[0].encode()) + 1:
        assert texts[0].split() + texts[1].split() == words


def test_the_first_share_is_the_beginning():
    beginning = "one two three four five six seven"
    stream = stream_of(f"{beginning} eight nine ten")
    parts = stream.divide({"train": 0.8, "dev": 0.1, "test": 0.1})
    texts = {name: "".join(stream.take(rows).chunks()) for name, rows in parts.items()}
    assert texts == {"train": beginning, "dev": " eight", "test": " nine ten"}


def test_windows_line_ends_become_one_character():
    assert "".join(stream_of("a\r\nb\r\n").chunks()) == "a\nb\n"


def test_a_text_that_is_too_short_is_rejected():
    with pytest.raises(DataError, match=r"dev split .* 3 bytes") as caught:
        stream_of("a b").divide({"train": 0.9, "dev": 0.05, "test": 0.05})
    assert caught.value.code == "too_few_examples"


@pytest.mark.parametrize(
    "options", [{"stratify": True}, {"group_by": "a"}, {"order_by": "a"}, {"indices": "a.npz"}, {"train_dev": 0.1}]
)
def test_continuous_text_is_divided_only_in_order(options: dict[str, object]):
    with pytest.raises(ConfigError) as caught:
        check_divisible(SplitOptions(**options))
    assert (caught.value.code, caught.value.key) == ("not_applicable", next(iter(options)))
    check_divisible(SplitOptions(train=0.9, dev=0.1, in_order=True))
