"""Places in the config for errors during the creation of objects."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from dlcli.core import DlcliError, InvalidConfigError
from dlcli.spec import LocatedSections


@contextlib.contextmanager
def locate_errors(spec: LocatedSections) -> Iterator[None]:
    """Add the place in the config file to errors that have only a key.

    Args:
        spec: Checked file with the place of each key.
    """
    sections = spec.keys()
    try:
        yield
    except DlcliError as error:
        problems = error.problems if isinstance(error, InvalidConfigError) else []
        for problem in (*problems, error):
            if problem.file is None and problem.key and problem.key.partition(".")[0] in sections:
                vars(problem).update(spec.locate(problem.key))
        raise
