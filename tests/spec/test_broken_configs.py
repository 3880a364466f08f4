"""Every file in `broken/` lists its mistakes, and exactly these must be reported.

`# expect: 9:3 optimizer.learning_rat unknown_key` is the place, the key and the code. The messages are in
`tests/messages.txt`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.spec import load_spec
from tests.broken_files import BROKEN_CONFIGS, expected_places, place, problems


def test_the_number_of_files() -> None:
    assert len(BROKEN_CONFIGS) >= 130


@pytest.mark.parametrize("file", BROKEN_CONFIGS, ids=lambda file: file.stem)
def test_all_mistakes_are_reported_with_their_places(file: Path) -> None:
    reported = problems(load_spec, file)
    assert [place(problem, file) for problem in reported] == expected_places(file)
    assert {problem.exit_code for problem in reported} == {2}
