"""Each file in `broken/` lists all of its mistakes; no others may be reported.

`# expect: 9:3 space.optimizer.learning_rate out_of_range` is the place, the key and the code of a mistake; a mistake in
the base starts with its file name. The messages are in `tests/messages.txt`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli.sweeps import load_sweep
from tests.broken_files import BROKEN_SWEEPS, expected_places, place, problems


def test_number_of_broken_sweeps() -> None:
    assert len(BROKEN_SWEEPS) >= 60


@pytest.mark.parametrize("file", BROKEN_SWEEPS, ids=lambda file: file.stem)
def test_all_mistakes_are_reported_with_their_places(file: Path) -> None:
    reported = problems(load_sweep, file)
    assert [place(problem, file) for problem in reported] == expected_places(file)
    assert {problem.exit_code for problem in reported} == {2}
