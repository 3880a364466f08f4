"""The words of error messages change only on purpose.

`UPDATE_MESSAGES=1 pytest tests/test_messages.py` writes the messages of today into `messages.txt`; a person reviews the
difference. Other tests look at places and codes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from dlcli.spec import load_spec
from dlcli.sweeps import load_sweep
from tests.broken_files import BROKEN_CONFIGS, BROKEN_SWEEPS, TESTS, problems
from tests.spec.conftest import _components  # noqa: F401  # a fixture
from tests.sweeps.config.conftest import _sweep_components  # noqa: F401  # a fixture

SNAPSHOT = TESTS / "messages.txt"


def messages() -> Iterator[str]:
    """Every message, below the name of its file."""
    for load, files in ((load_spec, BROKEN_CONFIGS), (load_sweep, BROKEN_SWEEPS)):
        for file in files:
            yield str(file.relative_to(TESTS))
            for problem in problems(load, file):
                text = str(problem).replace(f"{file}:", "").replace(f"{file.parents[1]}/", "")
                yield f"  {text.replace(str(file.parents[1]), '.')}"


def test_messages_are_those_that_were_reviewed() -> None:
    lines = list(messages())
    if os.environ.get("UPDATE_MESSAGES"):
        SNAPSHOT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == SNAPSHOT.read_text(encoding="utf-8").splitlines()
