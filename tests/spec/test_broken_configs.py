"""Every file in `broken/` states, line by line, all that is wrong with it; nothing else may be reported.

`# expect: 9:3 optimizer.learning_rat: unknown key; …` is the message without the file's name.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.core import ConfigError
from dlcli.spec import load_spec

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 130


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_all_mistakes_are_named_with_their_places(file: Path) -> None:
    written = file.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in written if line.startswith("# expect: ")]
    with pytest.raises(ConfigError) as caught:
        load_spec(file)
    assert str(caught.value).splitlines() == [f"{file}:{line}" for line in expected]
    assert caught.value.exit_code == 2
