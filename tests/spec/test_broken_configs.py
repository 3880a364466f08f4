"""Every file in `broken/` states all that is wrong with it; nothing else may be reported.

`# expect: 9:3 optimizer.learning_rat unknown_key` is the place, the key and the code. The words are in
`tests/messages.txt`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.spec import load_spec
from tests.broken_files import BROKEN_CONFIGS, expected_places, place, problems


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN_CONFIGS) >= 130


@pytest.mark.parametrize("file", BROKEN_CONFIGS, ids=lambda file: file.stem)
def test_all_mistakes_are_reported_with_their_places(file: Path) -> None:
    reported = problems(load_spec, file)
    assert [place(problem, file) for problem in reported] == expected_places(file)
    assert {problem.exit_code for problem in reported} == {2}
