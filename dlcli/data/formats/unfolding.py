"""Small files that unfold to enormous arrays, refused by the size that they claim."""

from __future__ import annotations

from pathlib import Path

from dlcli.core import DataError

#: a file may unfold to this many bytes whatever its own size is
MOST_UNFOLDED = 1 << 28

#: a larger one may unfold to this many times its own size
MOST_RATIO = 100


def check_unfolded_size(
    path: Path, size: int, claimed: int, cure: str | None = None, *, most_ratio: int = MOST_RATIO
) -> None:
    """Refuse a file that unfolds to far more than its size lets expect.

    Args:
        path: of the file.
        size: number of bytes in the file.
        claimed: number of bytes that the file claims to hold.
        cure: what to do where it is sound.
        most_ratio: how many times its own size a large file may unfold to.

    Raises:
        DataError: with the two sizes.
    """
    if claimed > MOST_UNFOLDED and claimed > most_ratio * size:
        message = f"its {size:,} bytes claim to unfold to {claimed:,}, which is not plausible"
        raise DataError(message if cure is None else f"{message}; {cure}", code="wrong_format", file=str(path))
