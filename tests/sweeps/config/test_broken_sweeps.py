"""Every file in `broken/` states all that is wrong with it; nothing else may be reported.

`# expect: 9:3 space.optimizer.learning_rate out_of_range` is the place, the key and the code; one that begins with a
file's name is about the base. The words are in `tests/messages.txt`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.sweeps import load_sweep
from tests.broken_files import BROKEN_SWEEPS, expected_places, place, problems


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN_SWEEPS) >= 60


@pytest.mark.parametrize("file", BROKEN_SWEEPS, ids=lambda file: file.stem)
def test_all_mistakes_are_reported_with_their_places(file: Path) -> None:
    reported = problems(load_sweep, file)
    assert [place(problem, file) for problem in reported] == expected_places(file)
    assert {problem.exit_code for problem in reported} == {2}
