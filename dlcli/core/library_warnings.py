"""Display of warnings of other libraries."""

from __future__ import annotations

import sys
from typing import Any

from dlcli.core.printable import printable


def show_warning(message: Warning | str, *_place: Any, **_more: Any) -> None:
    """Write a warning as one line to stderr, without the source line it came from; for `warnings.showwarning`."""
    sys.stderr.write(f"warning: {printable(' '.join(str(message).split()))}\n")
