"""Every file in `violated/` states, line by line, all that is wrong with it; nothing else may be reported.

`# expect: 9:3 space.optimizer.learning_rate: …` is the message without the file's name; one that begins with a file's
name is about the base.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.core import ConfigError
from dlcli.sweeps import load_sweep

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 60


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_all_mistakes_are_named_with_their_places(file: Path) -> None:
    written = file.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in written if line.startswith("# expect: ")]
    with pytest.raises(ConfigError) as caught:
        load_sweep(file)
    assert (
        str(caught.value).replace(f"{file}:", "").replace(f"{HERE}/", "").replace(str(HERE), "HERE").splitlines()
        == expected
    )
    assert caught.value.exit_code == 2
