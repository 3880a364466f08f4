"""What a sweep costs beyond training: forty trials on digits by one worker, by two, and by Optuna in one process.

The ways take turns; each has a process and a folder of its own, and one thread a training. A trial's overhead is the
time from the first trial's beginning to the last one's end that is not in a training loop, divided by the trials: the
config, the model, the files, what is said between processes. In every round the points change.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks import commands
from benchmarks.result import Result
from benchmarks.sweep_ways import TRIALS, WAYS, SweepRun

Rounds = Mapping[str, Sequence[SweepRun]]
#: of one of our ways, beside those of Optuna's
RANDOM = ("dlcli, 1 worker", ("Optuna", "Optuna, bare"))
TPE = ("dlcli, TPE", ("Optuna, TPE",))


def measure(rounds: int, scratch: Path) -> list[Result]:
    ways = [way for way in WAYS if commands.installed("optuna") or way.endswith(("worker", "workers"))]
    measured: dict[str, list[SweepRun]] = {way: [] for way in ways}
    for turn in range(rounds):
        for number, way in enumerate(ways):
            measured[way].append(run_sweep(way, turn, scratch / f"{turn}-{number}"))
            print(f"  round {turn}, {way}: {measured[way][-1]}", file=sys.stderr, flush=True)
    return results(measured)


def run_sweep(way: str, seed: int, folder: Path) -> SweepRun:
    folder.mkdir()
    arguments = ("-m", "benchmarks.sweep_process", way, str(seed), str(folder))
    finished = commands.run(*arguments, threads="1", folder=commands.ROOT / "scripts")
    return SweepRun(**finished.document)


def results(measured: Rounds) -> list[Result]:
    """The figures of all rounds."""
    one, two = measured["dlcli, 1 worker"], measured["dlcli, 2 workers"]
    pairs = list(zip(one, two, strict=True))
    rows = [
        Result(
            "sweep, trials/s of 2 workers ÷ 2 · 1 worker's",
            median(alone.trials / beside.trials / 2 for alone, beside in pairs),
            comparison=">=",
            bar=0.85,
            beside={"the training loops alone": median(alone.training / beside.training for alone, beside in pairs)},
        ),
        Result("sweep, outside the trials, 1 worker", median(it.seconds - it.trials for it in one), "s"),
        Result("sweep, outside the trials, 2 workers", median(it.seconds - it.trials for it in two), "s"),
    ]
    for search, (ours, theirs) in {"random": RANDOM, "TPE": TPE}.items():
        if not all(way in measured for way in (ours, *theirs)):
            continue
        what = f"sweep, {search}"
        beside = {way: overhead(measured[way]) for way in theirs}
        rows.append(Result(f"{what}, overhead a trial", overhead(measured[ours]), "ms", bar=50, beside=beside))
        rows.append(Result(f"{what}, overhead ÷ Optuna's", overhead(measured[ours]) / beside[theirs[0]], bar=1.0))
        rows += [Result(f"{what}, overhead ÷ {way}'s", overhead(measured[ours]) / beside[way]) for way in theirs[1:]]
        for which, choose in {"least": min, "median": median, "largest": max}.items():
            values = {way: choose(it.best for it in measured[way]) for way in (ours, theirs[0])}
            rows.append(Result(f"{what}, {which} best dev error", values.pop(ours), beside=values))
    return rows


def overhead(measured: Sequence[SweepRun]) -> float:
    """Milliseconds a trial beyond training."""
    return median((it.trials - it.training) / TRIALS for it in measured) * 1e3
