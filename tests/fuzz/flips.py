"""Flip bytes of every file of a run folder and use the run; `python -m tests.fuzz.flips FOLDER [POSITIONS]`.

FOLDER holds `points.csv`, `quick.yaml` and one run in `runs/`. Prints one JSON object: how the commands ended,
those that failed without an explanation, and those whose result differs without a word.
"""

from __future__ import annotations

import collections
import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fuzz.child import BUGS

#: where a file is damaged: magic numbers and headers, the body, trailers and checksums
POSITIONS = (0.0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0)
COMMANDS = (
    ("eval", "RUN", "--json"),
    ("predict", "RUN", "points.csv"),
    ("runs", "list", "--json"),
    ("runs", "show", "RUN", "--json"),
    ("runs", "compare", "RUN", "RUN", "--json"),
    ("resume", "RUN", "--epochs", "3", "--json", "-q"),
)
#: fields that differ from one use to the next
_CHANGING = {"seconds", "age", "time", "path", "host", "latency_ms", "process_id", "versions", "started", "ended"}


def run(words: tuple[str, ...], name: str) -> tuple[int, str, str]:
    """The exit code and both streams of a command; an exception that leaves it counts as a traceback."""
    from dlcli.cli import console
    from dlcli.cli.main import main

    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        console.results.cache_clear()
        console.notes.cache_clear()
        try:
            code = main([name if word == "RUN" else word for word in words])
        except Exception as error:
            return 99, "", f"Traceback: {type(error).__name__}: {error}"
    return code, stdout.getvalue(), stderr.getvalue()


def result(output: str) -> Any:
    """What a command says, without times."""
    try:
        return _without_times(json.loads(output))
    except ValueError:
        return output


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_times(item) for key, item in value.items() if key not in _CHANGING}
    return [_without_times(item) for item in value] if isinstance(value, list) else value


def damages(folder: Path, positions: tuple[float, ...]) -> Iterator[tuple[str, int, int]]:
    """File, byte and mask of every damage: one bit, and all bits, at every class of positions."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = file.stat().st_size
        offsets = sorted({min(size - 1, int(share * size)) for share in positions}) if size else []
        for number, offset in enumerate(offsets):
            yield str(file.relative_to(folder)), offset, (0x01, 0xFF, 0x20, 0x80)[number % 4]


def main() -> None:
    origin = Path(sys.argv[1]).absolute()
    positions = POSITIONS[:: max(1, len(POSITIONS) // int(sys.argv[2]))] if len(sys.argv) > 2 else POSITIONS
    source = min((origin / "runs").iterdir())  # other tests may have added runs
    endings: collections.Counter[str] = collections.Counter()
    unexplained, silent = [], []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for file in ("points.csv", "quick.yaml"):
            shutil.copy(origin / file, place)
        os.chdir(place)

        def use(words: tuple[str, ...], damage: tuple[str, int, int] | None) -> tuple[int, str, str]:
            shutil.rmtree(place / "runs", ignore_errors=True)
            shutil.copytree(source, place / "runs" / source.name)
            if damage is not None:
                path, offset, mask = damage
                content = bytearray((place / "runs" / source.name / path).read_bytes())
                content[offset] ^= mask
                (place / "runs" / source.name / path).write_bytes(content)
            return run(words, source.name)

        expected = {words: use(words, None) for words in COMMANDS}
        for words, (code, _, error) in expected.items():
            assert code == 0, (words, error)
        for damage in damages(source, positions):
            for words in COMMANDS:
                code, output, error = use(words, damage)
                case = {"file": damage[0], "offset": damage[1], "mask": damage[2], "command": " ".join(words[:2])}
                if code == 99 or any(bug in output + error for bug in BUGS):
                    endings["unexplained"] += 1
                    unexplained.append(case | {"error": (output + error)[-300:]})
                elif code != 0 or '"damaged"' in output:  # the status in a list of runs
                    endings["explained"] += 1
                elif result(output) == result(expected[words][1]):
                    endings["same result"] += 1
                elif error.strip():
                    endings["other result, with a remark"] += 1
                else:
                    endings["other result"] += 1
                    silent.append(case)
    sys.stdout.write(json.dumps({"endings": endings, "unexplained": unexplained, "silent": silent}) + "\n")


if __name__ == "__main__":
    main()
