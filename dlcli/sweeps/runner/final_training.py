"""What follows a search: the best configuration trained anew, and one look at the test set.

The value that made a configuration the best is the luckiest of many, so it flatters. Other seeds, which had no part in
the choice, say what the configuration is worth. The model that is the best on dev among them is kept, and it alone is
measured on test, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dlcli.core import RunInterruptedError
from dlcli.search import Configuration, FinalOutcome, Objective
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.engine import POLL_SECONDS, Engine, outcome_of
from dlcli.sweeps.runner.job import Job
from dlcli.sweeps.runner.journal import Journal, SweepState
from dlcli.sweeps.runner.sweep_observer import SweepObserver
from dlcli.training import StopRequest

#: what is added to the base's seed for the first training; no search trains a configuration so often
FIRST_SEED = 1000


class FinalTraining:
    """Trains a configuration with seeds that the search did not use.

    Args:
        id: of the sweep.
        best: the configuration.
        journal: what has happened so far.
        engine: trains.
        objective: says which of the models is the best.
        seeds: how many.
        retries: how often a training goes on in another worker where one was lost.
        observer: is told how it goes.
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
        """Train what has not been trained yet, and measure the best model on test.

        Raises:
            RunInterruptedError: a stop was requested.
        """
        number, state = self.best.number, self.journal.state
        done = {record["seed"] for record in state.final if record["configuration"] == number}
        missing = [seed for seed in range(FIRST_SEED, FIRST_SEED + self.seeds) if seed not in done]
        self.observer.on_final(len(done), self.seeds + 1)
        for seed, outcome in self._train(missing, stop):
            self.journal.add("final", configuration=number, seed=seed, **outcome)
            done.add(seed)
            self.observer.on_final(len(done), self.seeds + 1)
        chosen = _chosen(trained(state, self.best), self.objective)
        if chosen is not None and not any(record["configuration"] == number for record in state.tested):
            for seed, outcome in self._train([chosen["seed"]], stop, is_concluded=True):
                self.journal.add("tested", configuration=number, seed=seed, **outcome)
        self.observer.on_final(self.seeds + 1, self.seeds + 1)

    def _train(
        self, seeds: Sequence[int], stop: StopRequest, *, is_concluded: bool = False
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each seed with how its training ended, as they end."""
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
                        yield seed, outcome_of(event)
            if stop.signal_number is not None:
                self._interrupt(stop, running)

    def _job(self, seed: int, *, is_concluded: bool) -> Job:
        return Job(
            folder=files.final(self.best.number, seed),
            values=self.best.values,
            seed_offset=seed,
            is_kept=True,
            is_concluded=is_concluded,
        )

    def _interrupt(self, stop: StopRequest, running: dict[str, int]) -> None:
        """Wait for the workers' checkpoints; what ends meanwhile is trained again, to the same bits."""
        self.engine.stop()
        while running:
            for event in self.engine.events(POLL_SECONDS):
                if event["event"] in {"ended", "lost"}:
                    del running[event["job"]]
        assert stop.signal_number is not None
        raise RunInterruptedError(
            f"stopped by {stop.name} in the final training; `dlcli sweep resume {self.id}` goes on",
            signal_number=stop.signal_number,
        )


def trained(state: SweepState, best: Configuration) -> list[dict[str, Any]]:
    """The final trainings of a configuration that have a value, by seed."""
    mine = (record for record in state.final if record["configuration"] == best.number)
    return sorted((record for record in mine if record.get("value") is not None), key=lambda record: record["seed"])


def final_outcome(state: SweepState, best: Configuration | None, objective: Objective) -> FinalOutcome | None:
    """What the final training of a configuration told; None before it."""
    records = [] if best is None else trained(state, best)
    chosen = _chosen(records, objective)
    if best is None or chosen is None:
        return None
    tested: dict[str, Any] = next((it for it in state.tested if it["configuration"] == best.number), {})
    return FinalOutcome(
        values=tuple(record["value"] for record in records),
        seeds=tuple(record["seed"] for record in records),
        runs=tuple(files.final(best.number, record["seed"]) for record in records),
        chosen=records.index(chosen),
        test=tested.get("test", {}),
        intervals={name: (low, high) for name, (low, high) in tested.get("intervals", {}).items()},
    )


def _chosen(records: Sequence[dict[str, Any]], objective: Objective) -> dict[str, Any] | None:
    """The best of the final trainings; of equals the first."""
    return min(records, key=lambda it: (bool(it["violated"]), objective.cost(it["value"]), it["seed"]), default=None)
