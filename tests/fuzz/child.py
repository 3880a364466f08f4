"""Run many broken inputs in one process with little memory; `python -m tests.fuzz.child KIND FIRST COUNT FOLDER`.

Prints one JSON object: the number of inputs by outcome, and the inputs without a result or an explained error.
"""

from __future__ import annotations

import collections
import contextlib
import io
import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from tests.fuzz.mutations import mutate, mutate_numbers

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").rglob("*.yaml"))
#: bytes of address space
MEMORY = 1 << 30
#: maximum seconds of CPU time per input
LONGEST = 10
BUGS = ("Traceback", "internal error")


class HangError(BaseException):
    """An input took too long; not an Exception, so that nothing swallows it."""


def _stop(*_: object) -> NoReturn:
    raise HangError


def build_config(seed: int, folder: Path) -> str:
    """Load, check and build a mutated config or sweep."""
    from dlcli.assembly import build_experiment
    from dlcli.core import DlcliError
    from dlcli.spec import is_sweep, read_text, read_yaml, spec_of_document
    from dlcli.sweeps import check_sweep, sweep_of_document

    original = CONFIGS[seed % len(CONFIGS)]
    text = original.read_text(encoding="utf-8")
    text = (mutate_numbers if seed % 3 == 0 else mutate)(text, seed)
    file = original.parent / f".{original.name}"  # messages and relative paths are those of the folder of the config
    written = folder / original.name
    written.write_bytes(text.encode(errors="surrogatepass"))
    try:
        document = read_yaml(read_text(written), str(file))
        if is_sweep(document.data):
            check_sweep(sweep_of_document(document))
        else:
            build_experiment(spec_of_document(document))
    except DlcliError as error:
        return _explained(str(error), type(error).__name__)
    except MemoryError:
        return "MemoryError"
    return "ok"


_KEYS = [
    *("optimizer", "optimizer.name", "optimizer.learning_rate", "model.hidden_units", "model.hidden_units[0]", "model"),
    *(
        "data.split.files",
        "data.split.train",
        "data.dataset",
        "data.dataset.examples",
        "training.epochs",
        "seed",
        "name",
    ),
    *("training.batch_size", "evaluation.metrics", "evaluation.optimize", "regularization.l2", "model.layers[0].relu"),
]
_ENDS = ["", "", "", ".x", "[0]", "[-1]", "[99999999]", "+", "[0].name", ".x.y", "[", "]", "..", ".a" * 60, " "]
_VALUES = [
    *(
        "",
        "1",
        "0",
        "-1",
        "1.5",
        "true",
        "null",
        "sgd",
        "adam",
        "[1, x]",
        "{name: adam}",
        "{",
        "'",
        "[" * 60 + "]" * 60,
    ),
    *("1e308", ".nan", ".inf", "1" + "0" * 30, "9223372036854775808", "&a [*a]", "!!python/name:os.system", "\x1b[31m"),
    *("[4, 4]", "[1000000000, 1000000000]", "[" + "1," * 5000 + "1]", "x" * 5000, "\udcff", "\0", "*x", "<<"),
]


def set_option(seed: int, _folder: Path) -> str:
    """Build a config with a mutated `--set`."""
    from dlcli.assembly import build_experiment
    from dlcli.core import DlcliError
    from dlcli.spec import load_spec

    chance = random.Random(seed)
    text = chance.choice(_KEYS) + chance.choice(_ENDS) + chance.choice(["=", "=", "=", "+=", "", " = "])
    text += chance.choice(_VALUES)
    if chance.random() < 0.3:
        text = mutate(text, seed)
    try:
        build_experiment(load_spec(ROOT / "configs/quickstart.yaml", [text]))
    except DlcliError as error:
        return _explained(str(error), type(error).__name__)
    except MemoryError:
        return "MemoryError"
    return "ok"


_COMMANDS = [
    "train quick.yaml --set training.epochs=1 -q",
    "train quick.yaml --json --set training.epochs=1 --set model.hidden_units=[4]",
    "eval RUN --json",
    "eval RUN --split dev",
    "predict RUN points.csv",
    "resume RUN --epochs 2",
    "show quick.yaml",
    "list layers linear",
    "list",
    "runs list --json",
    "runs show RUN",
    "runs compare RUN RUN",
    "runs rm RUN",
    "config validate quick.yaml quick.yaml",
    "config show quick.yaml --set seed=3",
    "config schema",
    "gradcheck quick.yaml",
    "data preview quick.yaml",
    "gradients RUN",
    "filters RUN",
    "sample RUN",
    "score RUN points.csv",
    "sweep status",
    "sweep best RUN",
    "sweep export-config RUN",
    "doctor --json",
    "--version",
]
_WORDS = [
    *(
        "--json",
        "--set",
        "a=1",
        "-q",
        "--runs-dir",
        "nowhere",
        "--help",
        "",
        "-",
        "--",
        "\x1b[31m",
        "é",
        "0",
        "-1",
        "RUN",
    ),
    *("1" + "0" * 30, "quick.yaml", "points.csv", ".", "/", "..", "/dev/null", "x" * 300, "\udcff", "[", "--debug=1"),
]


def command(seed: int, folder: Path) -> str:
    """Run a mutated command line in a folder with an experiment and a run."""
    from dlcli.cli import console
    from dlcli.cli.main import main

    chance = random.Random(seed)
    words = chance.choice(_COMMANDS).split()
    for _ in range(chance.choice([0, 1, 1, 2])):
        place = chance.randrange(len(words) + 1)
        match chance.randrange(4):
            case 0:
                words[place : place + 1] = []
            case 1:
                words.insert(place, chance.choice(_WORDS))
            case 2:
                words[place : place + 1] = [chance.choice(_WORDS)]
            case _:
                if place < len(words):
                    words[place] = mutate(words[place], seed).replace("\0", "")
    (run,) = [path.name for path in (folder / "runs").iterdir()][:1] or [""]
    words = [word.replace("RUN", run) for word in words]
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        console.results.cache_clear()
        console.notes.cache_clear()
        code = main(words)
    text = stdout.getvalue() + stderr.getvalue()
    if code not in range(7):
        raise AssertionError(f"exit {code} of {words}: {text[-300:]}")
    if code and not text.strip():
        raise AssertionError(f"exit {code} of {words} without a word")
    return _explained(text, f"exit {code}")


def _explained(text: str, ending: str) -> str:
    if any(bug in text for bug in BUGS):
        raise AssertionError(text[-500:])
    if len(text) > 1_000_000:  # the JSON Schema is the longest answer
        raise AssertionError(f"{len(text)} characters: {text[:200]}")
    return ending


KINDS: dict[str, Callable[[int, Path], str]] = {"configs": build_config, "sets": set_option, "commands": command}


def main() -> None:
    kind, first, count, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    import dlcli.components  # noqa: F401

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, _stop)
    signal.signal(signal.SIGALRM, _stop)
    os.chdir(folder)
    endings: collections.Counter[str] = collections.Counter()
    failures = []
    longest = 0.0
    for seed in range(first, first + count):
        start = time.perf_counter()
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        signal.alarm(12 * LONGEST)  # waits for what never comes; other processes may have the cores
        try:
            endings[KINDS[kind](seed, folder)] += 1
        except (Exception, HangError) as error:
            failures.append(
                {"seed": seed, "error": f"{type(error).__name__}: {error}", "at": traceback.format_exc()[-600:]}
            )
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
        longest = max(longest, time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        json.dumps({"endings": endings, "failures": failures, "longest": round(longest, 2), "peak_mb": peak}) + "\n"
    )


if __name__ == "__main__":
    main()
