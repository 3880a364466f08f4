"""Output if the encoding of the terminal lacks characters: numbers keep their meaning."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from dlcli.cli.encodable import degrade_to, in_ascii
from dlcli.core import dumps


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("ascii", "−6.7 … +24.5 points ± 1", "-6.7 ... +24.5 points +/- 1"),
        ("ascii", "3 × 3 → σ ≤ ∞", "3 x 3 -> sigma <= inf"),
        ("ascii", "“it’s”", '"it\'s"'),
        ("ascii", "┌─┐│├═", "+-+|+-"),
        ("ascii", "x² café", "x2 caf?"),  # codespell:ignore caf
        ("latin-1", "−1 ± 2 × é", "-1 ± 2 × é"),
        ("cp1252", "−1 … “a” → b", "-1 … “a” -> b"),
        ("utf-8", "−1 …", "−1 …"),
        ("utf-8", "cut \ud83d", "cut ?"),
    ],
)
def test_characters_that_the_encoding_lacks_are_substituted(encoding: str, text: str, written: str) -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding=encoding)
    degrade_to(stream)
    stream.write(text)
    stream.flush()
    assert buffer.getvalue().decode(encoding) == written


def test_every_sign_of_the_source_has_a_substitute() -> None:
    """Letters are excluded, as words of the user or Greek letters of the table; so are units, which are only read."""
    sources = (Path(__file__).parents[2] / "dlcli").rglob("*.py")
    used = {character for path in sources for character in path.read_text(encoding="utf-8") if not character.isascii()}
    signs = {character for character in used if not character.isalpha() and not 0x300 <= ord(character) < 0x370}
    written = {sign for sign in signs if unicodedata.category(sign) != "Sc"} - {"‰"}
    assert {sign for sign in written if in_ascii(sign) == "?"} == set()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_commands_lose_no_sign(encoding: str, tmp_path: Path, trained: Path) -> None:
    [run] = (trained / "runs").iterdir()
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}

    def output(*words: str) -> str:
        command = [sys.executable, "-m", "dlcli", *words]
        done = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=tmp_path)
        return (done.stdout + done.stderr).decode(encoding)

    assert "?" not in output("eval", str(run), "--split", "dev")
    assert "?" not in output("list", "optimizers", "adam")


def test_json_escapes_what_the_encoding_lacks() -> None:
    assert json.loads(dumps({"a": "−é"}, encoding="ascii")) == {"a": "−é"}
    assert dumps("é", encoding="cp1252").isascii()
    assert dumps("é", encoding="UTF-8") == '"é"'
