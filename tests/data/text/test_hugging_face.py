from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data import DataPaths
from dlcli.data.text import HuggingFace
from dlcli.data.text.tokenizer import tokenizer_from_json

TEXT = "the cat sat on the mat.\n" * 20


def test_a_missing_library_is_an_error_with_the_command_to_install_it(monkeypatch: pytest.MonkeyPatch):
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ConfigError, match=r".* pip install 'dlcli\[text\]'"):
        HuggingFace().fit([TEXT], DataPaths())


class TestWithTheLibrary:
    @pytest.fixture(autouse=True)
    def library(self) -> None:
        pytest.importorskip("tokenizers")

    def test_decoding_with_a_learned_tokenizer_restores_any_text(self):
        tokenizer = HuggingFace(vocabulary_size=300).fit([TEXT], DataPaths())
        assert 256 < len(tokenizer.tokens) <= 300
        for text in (TEXT, "日本 😀\t", ""):
            assert tokenizer.decode(tokenizer.encode(text)) == text
            assert set(tokenizer.encode(text)) <= set(tokenizer.tokens)

    def test_json_round_trip(self):
        tokenizer = HuggingFace(vocabulary_size=300).fit([TEXT], DataPaths())
        again = tokenizer_from_json(json.loads(json.dumps(tokenizer.to_json())))
        assert again.encode(TEXT) == tokenizer.encode(TEXT)

    def test_reads_a_published_tokenizer(self, tmp_path: Path):
        learned = HuggingFace(vocabulary_size=300).fit([TEXT], DataPaths())
        (tmp_path / "tokenizer.json").write_text(json.dumps(learned.description))
        read = HuggingFace(path="tokenizer.json").fit([], DataPaths(config_folder=tmp_path))
        assert read.encode(TEXT) == learned.encode(TEXT)
        assert [*read.fingerprint(DataPaths(config_folder=tmp_path))] == ["tokenizer.json"]
        assert learned.fingerprint(DataPaths()) == {}

    def test_mistakes_are_explained(self, tmp_path: Path):
        (tmp_path / "broken.json").write_text("{}")
        with pytest.raises(DataError) as damaged:
            HuggingFace(path="broken.json").fit([], DataPaths(config_folder=tmp_path))
        assert damaged.value.code == "wrong_format"
        assert damaged.value.file == str(tmp_path / "broken.json")
        with pytest.raises(ConfigError, match="256") as small:
            HuggingFace(vocabulary_size=100).fit([TEXT], DataPaths())
        assert (small.value.code, small.value.key) == ("out_of_range", "vocabulary_size")
