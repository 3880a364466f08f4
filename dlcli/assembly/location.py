"""Mistakes that show while objects are made get their places in the config."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from dlcli.core import DlcliError, InvalidConfigError
from dlcli.spec import LocatedSections


@contextlib.contextmanager
def located(spec: LocatedSections) -> Iterator[None]:
    """Errors that know their key but not their place get the place in its file."""
    sections = spec.keys()
    try:
        yield
    except DlcliError as error:
        problems = error.problems if isinstance(error, InvalidConfigError) else []
        for problem in (*problems, error):
            if problem.file is None and problem.key and problem.key.partition(".")[0] in sections:
                vars(problem).update(spec.locate(problem.key))
        raise
