"""Coarse to fine beside random and grid search: the same budget on a part of Fashion-MNIST, ten times over.

In each repeat the three searches have the same space, split, initial weights and number of trials. From repeat to
repeat these change, and the points with them: where a logarithmic range begins decides how well a grid of three values
hits, so the ranges slide. A search is judged twice: by the dev error of the best configuration as the sweep tells it,
and by that of the same configuration retrained with seeds that no search used. The first flatters a search that
trains every configuration once, since the luckiest of many is the best; the second flatters none. The grid has three
values a parameter, 243 combinations: it is tried in a random order and cut off at the budget, as `dlcli sweep` does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean, median

from benchmarks.commands import ROOT
from benchmarks.paired_result import PairedResult
from benchmarks.result import Result

SWEEP = f"""
base: {ROOT}/configs/mlp_fashion_mnist.yaml
overrides:
  data.split.train_limit: 3000    # of 54,000; there are 6,000 to choose by
  data.dataset.test_path: null    # nobody looks at the test set
  data.dataset.test_targets_path: null
  optimizer.schedule: cosine      # the last epoch is the best, and less depends on chance
  training.epochs: 5
  evaluation.metrics: [error]
space:
  model.hidden_units: "[width]"
  regularization.dropout: uniform(0, 0.6)
objective: {{optimize: dev/error}}
budget: {{trials: 60}}
execution: {{workers: 2, threads: 1}}
final: {{seeds: 5}}
"""
#: low, high, the most that both are multiplied with or divided by
RANGES = {
    "optimizer.learning_rate": ("log_uniform", 1e-5, 1e-1, 3.0),
    "regularization.l2": ("log_uniform", 1e-3, 1e2, 3.0),
    "training.batch_size": ("int_log_uniform", 16, 512, 1.5),
    "width": ("int_log_uniform", 16, 256, 1.5),
}
OURS, RIVALS = "coarse_to_fine", ("random", "grid")
REPEATS = 10


@dataclass(frozen=True)
class Found:
    """What a search found.

    Args:
        best: dev error of the best configuration, as the sweep tells it.
        again: the mean of those with other seeds.
        trials: how many were trained.
    """

    best: float
    again: float
    trials: int


def measure(_rounds: int, scratch: Path) -> list[Result | PairedResult]:
    if not (Path(os.environ.get("DLCLI_DATA", "")) / "fashion_mnist").is_dir():
        return [Result("searches", None, note="left out: no $DLCLI_DATA/fashion_mnist")]
    file = scratch / "searches.yaml"
    file.write_text(SWEEP, encoding="utf-8")
    repeats = []
    for seed in range(REPEATS):
        repeats.append({search: find(file, search, seed, scratch) for search in (OURS, *RIVALS)})
        print(f"  repeat {seed}: {repeats[-1]}", file=sys.stderr, flush=True)
    return results(repeats)


def find(file: Path, search: str, seed: int, runs: Path) -> Found:
    """Conduct one sweep."""
    import dlcli

    settings = {"name": f"{search}-{seed}", "search": search, "seed": seed}
    outcome = dlcli.sweep(file, params=slid(seed), settings=settings, overrides={"seed": seed}, runs_dir=runs).outcome
    best = outcome.objective.best(outcome.trials)
    assert best is not None
    assert best.value is not None
    assert outcome.final is not None
    return Found(best.value, mean(outcome.final.values), sum(trial.has_ended for trial in outcome.trials))


def slid(seed: int) -> list[str]:
    """The ranges of a repeat, as `--param` has them."""
    random = Random(seed)
    params = []
    for name, (distribution, low, high, most) in RANGES.items():
        factor = most ** random.uniform(-1, 1)
        bounds = (low * factor, high * factor)
        low, high = map(round, bounds) if distribution.startswith("int") else bounds
        params.append(f"{name}={distribution}({low:.4g}, {high:.4g})")
    return params


def results(repeats: list[Mapping[str, Found]]) -> list[Result | PairedResult]:
    """Both figures beside each rival, and how much of the budget the searches used."""
    rows: list[Result | PairedResult] = []
    for figure, what in {"best": "best dev error", "again": "dev error with other seeds"}.items():
        of = {search: tuple(getattr(repeat[search], figure) for repeat in repeats) for search in (OURS, *RIVALS)}
        rows += [
            PairedResult(f"searches, {what}", OURS, of[OURS], rival, of[rival], is_required=figure == "best")
            for rival in RIVALS
        ]
    used = [median(repeat[search].trials for repeat in repeats) for search in (OURS, *RIVALS)]
    return [*rows, Result("searches, trials of 60", used[0], beside=dict(zip(RIVALS, used[1:], strict=True)))]
