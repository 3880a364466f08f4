"""Conducts a sweep: asks the search for trials, gives them to workers, writes down what becomes of them.

Every decision follows from the journal, so a sweep that was killed goes on as if it had not been. What a search
proposes and which trials are pruned does not depend on how many workers there are, or on which of them is quicker:
a trial is judged beside those numbered before it, and waits for them where they have not come as far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from dlcli.core import RunInterruptedError, SweepFailedError
from dlcli.metrics import format_metric
from dlcli.search import Objective, Pruning, Search, Space, Trial
from dlcli.sweeps.config import SweepBudget, SweepExecution
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.engine import POLL_SECONDS, Engine, Event, outcome_of
from dlcli.sweeps.runner.job import Job
from dlcli.sweeps.runner.journal import Journal
from dlcli.sweeps.runner.replicates import aggregate_replicates, expand_replicates, replicate_trials
from dlcli.sweeps.runner.sweep_observer import SweepObserver
from dlcli.training import StopRequest


class SweepRunner:
    """Conducts the trials of one sweep.

    Args:
        id: of the sweep.
        journal: what has happened so far.
        engine: trains.
        space: what is searched.
        search: proposes.
        pruning: ends trials early; None for never.
        objective: what is looked for.
        budget: When it is over.
        execution: How trials are trained.
        fail_fast: Whether it ends at the first failure.
        seed: of the sweep.
        epochs_of: how many epochs a trial with these values is to be trained.
        observer: is told how it goes.
    """

    def __init__(
        self,
        *,
        id: str,
        journal: Journal,
        engine: Engine,
        space: Space,
        search: Search,
        pruning: Pruning | None,
        objective: Objective,
        budget: SweepBudget,
        execution: SweepExecution,
        fail_fast: bool,
        seed: int,
        epochs_of: Callable[[Mapping[str, Any]], int],
        observer: SweepObserver,
    ) -> None:
        self.id = id
        self.journal = journal
        self.engine = engine
        self.space = space
        self.search = search
        self.pruning = pruning
        self.objective = objective
        self.budget = budget
        self.execution = execution
        self.fail_fast = fail_fast
        self.seed = seed
        self.epochs_of = epochs_of
        self.observer = observer
        self._running: dict[str, int] = {}
        self._awaiting_decision: dict[int, int] = {}  # trial → the epoch after which it waits for a verdict
        self._failures = 0
        self._failure: SweepFailedError | None = None
        self._is_over = False
        self._budget_is_spent = False

    @property
    def trials(self) -> Mapping[int, Trial]:
        """All trials by number, as they are now."""
        return self.journal.state.trials

    def run(self, stop: StopRequest) -> None:
        """Train until the search or the budget is over.

        Args:
            stop: asks for an end after checkpoints.

        Raises:
            RunInterruptedError: a stop was requested.
            SweepFailedError: too many trials failed one after the other.
            WorkerError: no worker can begin.
        """
        for trial in self.journal.state.ordered:
            # The journal of a killed sweep says "running" of trials that nobody trains: they continue from their
            # checkpoints.
            if trial.status == "running":
                self.journal.add("stopped", trial=trial.number, reason="the sweep was killed")
        while True:
            if stop.signal_number is not None:
                self._interrupt(stop)
            if self._failure is not None:
                self._stop_after_failures()
                raise self._failure
            self._propose()
            self._start()
            if not self._running and (self._budget_is_spent or not self._pending_trials()):
                return
            for event in self.engine.events(POLL_SECONDS):
                self._handle_event(event)
            self._decide_pruning()

    # Trials to come

    def _propose(self) -> None:
        """Ask the search for trials when none is left to begin."""
        # Only when no trial is left to start: a search that learns from results proposes as late as possible. One that
        # works in stages waits for the last result of a stage.
        if self._is_over or self._budget_is_spent or self._pending_trials() or (self.search.waits and self._running):
            return
        seeds, trials = self.execution.seeds, self.journal.state.ordered
        # The search sees configurations with a mean over their seeds, and the budget in configurations.
        seen = aggregate_replicates(trials, seeds)
        budget = None if self.budget.trials is None else self.budget.trials // seeds
        found = self.search.propose(self.space, seen, self.objective, seed=self.seed, budget=budget)
        if budget is not None:
            found = found[: budget - len(seen)]
        self._is_over = not found
        # Written before any of them starts: after a kill the same trials are there, with the same numbers and seeds.
        self.journal.propose(expand_replicates(found, seeds))
        if found:
            self._announce_stages(seen)

    def _announce_stages(self, before: Sequence[Trial]) -> None:
        """Say which stages have begun with the newest proposals.

        Args:
            before: the trials until then, as the search sees them.
        """
        seeds = self.execution.seeds
        stages = self.search.stages(self.space, aggregate_replicates(self.journal.state.ordered, seeds), self.objective)
        for stage in stages[max((trial.stage + 1 for trial in before), default=0) :]:
            self.observer.on_stage(replicate_trials(stage, seeds))

    def _pending_trials(self) -> list[Trial]:
        """The trials that are to be trained and that no worker trains, by number."""
        # In order of their numbers, so that lower numbers start first; pruning waits for them.
        under_way = set(self._running.values())
        return [it for it in self.journal.state.ordered if not it.has_ended and it.number not in under_way]

    def _start(self) -> None:
        """Give trials to free workers, in the order of their numbers, while the budget allows."""
        for trial in self._pending_trials():
            if not self.engine.free or self._budget_is_spent:
                return
            # A trial that has been started is finished, whatever the budget says: what it has cost would be lost.
            if not trial.history and not self._fits_budget(trial):
                self._budget_is_spent = True
                return
            job = self._job(trial)
            self._running[job.folder] = trial.number
            self.engine.train(job)

    def _job(self, trial: Trial) -> Job:
        return Job(
            folder=files.trial(trial.number),
            values=trial.values,
            seed_offset=trial.repeat,
            is_judged=self._awaits_decision(trial),
        )

    def _awaits_decision(self, trial: Trial) -> bool:
        """Whether it may be pruned; not where the search trains a configuration again, to see what chance does."""
        return self.pruning is not None and trial.repeat < self.execution.seeds

    def _fits_budget(self, trial: Trial) -> bool:
        """Whether the budget allows one more trial."""
        budget, state = self.budget, self.journal.state
        if budget.minutes is not None and state.seconds >= 60 * budget.minutes:
            return False
        if budget.epochs is None:
            return True
        # Trials under way count with all of their epochs, or several that start together would overdraw the budget.
        begun = [one for one in self.trials.values() if one.attempts]
        spent = sum(len(one.history) if one.has_ended else one.epochs or 0 for one in begun)
        return spent + self.epochs_of(trial.values) <= budget.epochs

    # What workers say

    def _handle_event(self, event: Event) -> None:
        number = self._running[event["job"]]
        match event["event"]:
            case "started":
                self.journal.add("started", trial=number, epochs=event["epochs"])
                self.observer.on_trial_start(self.trials[number])
            case "epoch":
                self._handle_epoch(number, event)
            case "lost":
                del self._running[event["job"]]
                self._awaiting_decision.pop(number, None)
                self._lose(number, event["reason"])
            case "ended":
                del self._running[event["job"]]
                self._end(number, event)

    def _handle_epoch(self, number: int, event: Event) -> None:
        epoch, value = event["epoch"], event["value"]
        # A resumed trial repeats the epochs since its last checkpoint; the journal has them already.
        if self.trials[number].history[epoch - 1 : epoch] != (value,):  # else said again, after a checkpoint
            self.journal.add("epoch", trial=number, epoch=epoch, value=value)
            self.observer.on_epoch(self.trials[number], epoch, value)
        if event["waits"]:
            self._awaiting_decision[number] = epoch

    def _lose(self, number: int, reason: str) -> None:
        """A worker is gone: its trial goes on in another, but not for ever."""
        if self.trials[number].times_lost < self.execution.retries:
            self.journal.add("lost", trial=number, reason=reason)
            self.observer.on_message(f"trial {number} goes on in another worker: {reason}")
        else:
            self._end(number, {"status": "killed", "reason": reason})

    def _end(self, number: int, outcome: Event) -> None:
        if outcome["status"] == "interrupted":
            self.journal.add("stopped", trial=number, reason=outcome["reason"], seconds=outcome["seconds"])
            return
        self.journal.add("ended", trial=number, **outcome_of(outcome))
        trial = self.trials[number]
        self.observer.on_trial_end(trial, self.objective.best(self.trials.values()))
        # In a row: a single success shows that configs, data and machine are all right.
        self._failures = self._failures + 1 if trial.has_failed else 0
        if self._failure is not None:
            return
        if trial.has_failed and self.fail_fast:
            self._failure = SweepFailedError(
                f"trial {number} failed: {trial.reason}; {self._resume_hint}", sweep=self.id
            )
        elif self.execution.max_failures is not None and self._failures >= self.execution.max_failures:
            found = f"{self._failures} trials failed one after the other, the last one: {trial.reason}"
            self._failure = SweepFailedError(f"{found}; {self._resume_hint}", sweep=self.id)

    # Pruning

    def _decide_pruning(self) -> None:
        """Answer the trials that wait, where all numbered before them have come as far or have ended."""
        # Compared with trials of lower numbers only, and only when these are as far: the decision is then the same with
        # one worker and with ten, and whichever of them is faster.
        for number, epoch in sorted(self._awaiting_decision.items()):
            before = [trial for trial in self.journal.state.ordered if trial.number < number]
            if all(trial.has_ended or len(trial.history) >= epoch for trial in before):
                del self._awaiting_decision[number]
                self.engine.answer(files.trial(number), self._pruning_decision(self.trials[number], before, epoch))

    def _pruning_decision(self, trial: Trial, before: list[Trial], epoch: int) -> str | None:
        assert self.pruning is not None
        # All curves cut to the same length: a longer history would be an advantage that has nothing to do with the
        # trial.
        others = [
            self._costs(one)[:epoch] for one in before if self._awaits_decision(one) and len(one.history) >= epoch
        ]
        if not self.pruning.prunes(self._costs(trial)[:epoch], others):
            return None
        metric = self.objective.metric
        return f"after epoch {epoch}, {metric} {format_metric(metric, trial.history[epoch - 1])}: unpromising"

    def _costs(self, trial: Trial) -> list[float]:
        return [self.objective.cost(value) for value in trial.history]

    # The end

    def _stop_after_failures(self) -> None:
        """Wait for the workers' checkpoints."""
        self.engine.stop()
        while self._running:
            for event in self.engine.events(POLL_SECONDS):
                self._handle_event(event)

    def _interrupt(self, stop: StopRequest) -> NoReturn:
        self._stop_after_failures()
        assert stop.signal_number is not None
        ended = sum(trial.has_ended for trial in self.trials.values())
        raise RunInterruptedError(
            f"stopped by {stop.name} after {ended} trials; {self._resume_hint}", signal_number=stop.signal_number
        )

    @property
    def _resume_hint(self) -> str:
        return f"`dlcli sweep resume {self.id}` goes on"
