"""Final training: the best configuration is trained from scratch and evaluated on the test set once.

The best value of a search is the maximum over many noisy trials, so it is optimistic. Runs with other seeds, which
were not used for the selection, give an unbiased estimate. Of these, only the model that is best on dev is evaluated
on test, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dlcli.core import RunInterruptedError
from dlcli.search import Configuration, FinalOutcome, Objective
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.engine import POLL_SECONDS, Engine, to_outcome
from dlcli.sweeps.runner.job import Job
from dlcli.sweeps.runner.journal import Journal, SweepState
from dlcli.sweeps.runner.sweep_observer import SweepObserver
from dlcli.training import StopRequest

#: Seed offset of the first run, larger than the number of times that a search trains a configuration.
FIRST_SEED = 1000


class FinalTraining:
    """Training of a configuration with seeds that the search did not use.

    Args:
        id: Name of the sweep's folder.
        best: Configuration to train.
        journal: Journal of the sweep.
        engine: Engine that runs the jobs.
        objective: Objective by which the best model is selected.
        seeds: Number of runs, each with a different seed.
        retries: Number of times that a run continues in another worker after its worker was lost.
        observer: Observer of the progress.
    """

    def __init__(
        self,
        *,
        id: str,
        best: Configuration,
        journal: Journal,
        engine: Engine,
        objective: Objective,
        seeds: int,
        retries: int,
        observer: SweepObserver,
    ) -> None:
        self.id = id
        self.best = best
        self.journal = journal
        self.engine = engine
        self.objective = objective
        self.seeds = seeds
        self.retries = retries
        self.observer = observer

    def run(self, stop: StopRequest) -> None:
        """Train the missing runs and evaluate the best model on test.

        Raises:
            RunInterruptedError: A stop was requested.
        """
        number, state = self.best.number, self.journal.state
        done = {record["seed"] for record in state.final if record["configuration"] == number}
        missing = [seed for seed in range(FIRST_SEED, FIRST_SEED + self.seeds) if seed not in done]
        self.observer.on_final(len(done), self.seeds + 1)
        for seed, outcome in self._train(missing, stop):
            self.journal.add("final", configuration=number, seed=seed, **outcome)
            done.add(seed)
            self.observer.on_final(len(done), self.seeds + 1)
        best_run = _best_run(final_runs(state, self.best), self.objective)
        if best_run is not None and not any(record["configuration"] == number for record in state.tested):
            for seed, outcome in self._train([best_run["seed"]], stop, is_concluded=True):
                self.journal.add("tested", configuration=number, seed=seed, **outcome)
        self.observer.on_final(self.seeds + 1, self.seeds + 1)

    def _train(
        self, seeds: Sequence[int], stop: StopRequest, *, is_concluded: bool = False
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Train with these seeds and yield each seed with its outcome as it ends."""
        waiting = list(seeds)
        running: dict[str, int] = {}
        times_lost = dict.fromkeys(seeds, 0)
        while waiting or running:
            while waiting and self.engine.free and stop.signal_number is None:
                job = self._job(waiting.pop(0), is_concluded=is_concluded)
                running[job.folder] = job.seed_offset
                self.engine.train(job)
            for event in self.engine.events(POLL_SECONDS):
                if event["event"] == "lost":
                    seed = running.pop(event["job"])
                    times_lost[seed] += 1
                    if times_lost[seed] <= self.retries:
                        waiting.insert(0, seed)
                    else:
                        yield seed, {"status": "killed", "reason": event["reason"]}
                elif event["event"] == "ended":
                    seed = running.pop(event["job"])
                    if event["status"] != "interrupted":
                        yield seed, to_outcome(event)
            if stop.signal_number is not None:
                self._interrupt(stop, running)

    def _job(self, seed: int, *, is_concluded: bool) -> Job:
        return Job(
            folder=files.final(self.best.number, seed),
            values=self.best.values,
            seed_offset=seed,
            is_durable=True,
            is_concluded=is_concluded,
        )

    def _interrupt(self, stop: StopRequest, running: dict[str, int]) -> None:
        """Wait for the checkpoints of the workers; a run that ends meanwhile is repeated with identical results."""
        self.engine.stop()
        while running:
            for event in self.engine.events(POLL_SECONDS):
                if event["event"] in {"ended", "lost"}:
                    del running[event["job"]]
        assert stop.signal_number is not None
        raise RunInterruptedError(
            f"stopped by {stop.name} in the final training; `dlcli sweep resume {self.id}` continues it",
            signal_number=stop.signal_number,
        )


def final_runs(state: SweepState, best: Configuration) -> list[dict[str, Any]]:
    """Return the final runs of a configuration that have a value, in the order of their seeds."""
    runs = (record for record in state.final if record["configuration"] == best.number)
    return sorted((record for record in runs if record.get("value") is not None), key=lambda record: record["seed"])


def final_outcome(state: SweepState, best: Configuration | None, objective: Objective) -> FinalOutcome | None:
    """Return the outcome of the final training of a configuration; None if there is none yet."""
    records = [] if best is None else final_runs(state, best)
    best_run = _best_run(records, objective)
    if best is None or best_run is None:
        return None
    tested: dict[str, Any] = next((it for it in state.tested if it["configuration"] == best.number), {})
    return FinalOutcome(
        values=tuple(record["value"] for record in records),
        seeds=tuple(record["seed"] for record in records),
        runs=tuple(files.final(best.number, record["seed"]) for record in records),
        chosen=records.index(best_run),
        test=tested.get("test", {}),
        intervals={name: (low, high) for name, (low, high) in tested.get("intervals", {}).items()},
    )


def _best_run(records: Sequence[dict[str, Any]], objective: Objective) -> dict[str, Any] | None:
    """Return the best final run; the first one of several equal ones."""
    return min(
        records, key=lambda it: (objective.direction.rank(it["value"], it["violated"]), it["seed"]), default=None
    )
