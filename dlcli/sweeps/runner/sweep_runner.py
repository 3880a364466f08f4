"""Main loop of a sweep: the search proposes trials, workers train them, and the journal records the results.

Every decision follows from the journal, so a sweep that was killed resumes as if it had not been. Neither the proposals
nor the pruned trials depend on the number or the speed of the workers: for pruning, a trial is compared with trials of
lower number, and waits until they have reached the same epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from dlcli.core import RunInterruptedError, SweepFailedError
from dlcli.metrics import format_metric
from dlcli.search import Objective, Pruning, Search, Space, Trial
from dlcli.sweeps.config import SweepBudget, SweepExecution
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.engine import POLL_SECONDS, Engine, Event, to_outcome
from dlcli.sweeps.runner.job import Job
from dlcli.sweeps.runner.journal import Journal
from dlcli.sweeps.runner.replicates import aggregate_replicates, expand_replicates, replicate_trials
from dlcli.sweeps.runner.sweep_observer import SweepObserver
from dlcli.training import StopRequest


class SweepRunner:
    """Runner of the trials of a sweep.

    Args:
        id: Name of the sweep's folder.
        journal: Journal of the sweep.
        engine: Engine that runs the jobs.
        space: Search space.
        search: Search that proposes the trials.
        pruning: Pruning rule; None for no pruning.
        objective: Objective of the sweep.
        budget: Budget of the sweep.
        execution: Settings of the execution of trials.
        fail_fast: Whether to stop at the first trial that fails.
        seed: Seed of the search.
        epochs_of: Function that returns the number of epochs of a trial with given values.
        observer: Observer of the progress.
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
        self._awaiting_decision: dict[int, int] = {}  # number of a trial → epoch after which it waits for a decision
        self._failures = 0
        self._failure: SweepFailedError | None = None
        self._is_over = False
        self._budget_is_spent = False

    @property
    def trials(self) -> Mapping[int, Trial]:
        """Current state of all trials, by number."""
        return self.journal.state.trials

    def run(self, stop: StopRequest) -> None:
        """Train trials until the search has finished or the budget is spent.

        Args:
            stop: Request to stop after writing checkpoints.

        Raises:
            RunInterruptedError: A stop was requested.
            SweepFailedError: Too many consecutive trials failed.
            WorkerError: No worker can start.
        """
        for trial in self.journal.state.ordered:
            # In the journal of a killed sweep, trials are "running" that no worker trains; they continue from their
            # checkpoints.
            if trial.status == "running":
                self.journal.add("stopped", trial=trial.number, reason="the sweep was killed")
        while True:
            if stop.signal_number is not None:
                self._interrupt(stop)
            if self._failure is not None:
                self._stop_workers()
                raise self._failure
            self._propose()
            self._start()
            if not self._running and (self._budget_is_spent or not self._pending_trials()):
                return
            for event in self.engine.events(POLL_SECONDS):
                self._handle_event(event)
            self._decide_pruning()

    # Proposals

    def _propose(self) -> None:
        """Ask the search for trials if none is pending."""
        # As late as possible, so that the search knows as many results as possible. A search in stages waits for the
        # last result of a stage.
        if self._is_over or self._budget_is_spent or self._pending_trials() or (self.search.waits and self._running):
            return
        seeds, trials = self.execution.seeds, self.journal.state.ordered
        # The search sees means over seeds, and the budget as a number of configurations.
        aggregates = aggregate_replicates(trials, seeds)
        budget = None if self.budget.trials is None else self.budget.trials // seeds
        proposals = self.search.propose(self.space, aggregates, self.objective, seed=self.seed, budget=budget)
        if budget is not None:
            proposals = proposals[: budget - len(aggregates)]
        self._is_over = not proposals
        # Recorded before any of them starts, so that they keep their numbers and seeds after a kill.
        self.journal.propose(expand_replicates(proposals, seeds))
        if proposals:
            self._announce_stages(aggregates)

    def _announce_stages(self, before: Sequence[Trial]) -> None:
        """Notify the observer of the stages that start with the newest proposals.

        Args:
            before: Aggregated trials before these proposals.
        """
        seeds = self.execution.seeds
        stages = self.search.stages(self.space, aggregate_replicates(self.journal.state.ordered, seeds), self.objective)
        for stage in stages[max((trial.stage + 1 for trial in before), default=0) :]:
            self.observer.on_stage(replicate_trials(stage, seeds))

    def _pending_trials(self) -> list[Trial]:
        """Return the unfinished trials that no worker trains, in the order of their numbers."""
        # Lower numbers start first because pruning waits for them.
        running = set(self._running.values())
        return [it for it in self.journal.state.ordered if not it.has_ended and it.number not in running]

    def _start(self) -> None:
        """Start pending trials on free workers, in the order of their numbers, while the budget allows."""
        for trial in self._pending_trials():
            if not self.engine.free or self._budget_is_spent:
                return
            # A trial that has been started is finished regardless of the budget, so that its cost is not wasted.
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
            is_prunable=self._is_prunable(trial),
        )

    def _is_prunable(self, trial: Trial) -> bool:
        """Return whether a trial may be pruned; repeats are not, because they estimate the noise."""
        return self.pruning is not None and trial.repeat < self.execution.seeds

    def _fits_budget(self, trial: Trial) -> bool:
        """Return whether the budget allows another trial."""
        budget, state = self.budget, self.journal.state
        if budget.minutes is not None and state.seconds >= 60 * budget.minutes:
            return False
        if budget.epochs is None:
            return True
        # Running trials count with all of their epochs; otherwise several that start together would exceed the budget.
        started = [one for one in self.trials.values() if one.attempts]
        spent = sum(len(one.history) if one.has_ended else one.epochs or 0 for one in started)
        return spent + self.epochs_of(trial.values) <= budget.epochs

    # Events of workers

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
        # A resumed trial repeats the epochs since its last checkpoint, which the journal has already.
        if self.trials[number].history[epoch - 1 : epoch] != (value,):
            self.journal.add("epoch", trial=number, epoch=epoch, value=value)
            self.observer.on_epoch(self.trials[number], epoch, value)
        if event["waits"]:
            self._awaiting_decision[number] = epoch

    def _lose(self, number: int, reason: str) -> None:
        """Continue the trial of a lost worker in another one, or end it after too many losses."""
        if self.trials[number].times_lost < self.execution.retries:
            self.journal.add("lost", trial=number, reason=reason)
            self.observer.on_message(f"trial {number} continues in another worker: {reason}")
        else:
            self._end(number, {"status": "killed", "reason": reason})

    def _end(self, number: int, outcome: Event) -> None:
        if outcome["status"] == "interrupted":
            self.journal.add("stopped", trial=number, reason=outcome["reason"], seconds=outcome["seconds"])
            return
        self.journal.add("ended", trial=number, **to_outcome(outcome))
        trial = self.trials[number]
        self.observer.on_trial_end(trial, self.objective.best(self.trials.values()))
        # Only consecutive failures count: a single success shows that configs, data and machine are valid.
        self._failures = self._failures + 1 if trial.has_failed else 0
        if self._failure is not None:
            return
        if trial.has_failed and self.fail_fast:
            self._failure = SweepFailedError(
                f"trial {number} failed: {trial.reason}; {self._resume_hint}", sweep=self.id
            )
        elif self.execution.max_failures is not None and self._failures >= self.execution.max_failures:
            message = f"{self._failures} consecutive trials failed; the last one: {trial.reason}"
            self._failure = SweepFailedError(f"{message}; {self._resume_hint}", sweep=self.id)

    # Pruning

    def _decide_pruning(self) -> None:
        """Send decisions to the waiting trials for which all trials of lower number reached the epoch or ended."""
        # The decision then does not depend on the number and the speed of the workers.
        for number, epoch in sorted(self._awaiting_decision.items()):
            before = [trial for trial in self.journal.state.ordered if trial.number < number]
            if all(trial.has_ended or len(trial.history) >= epoch for trial in before):
                del self._awaiting_decision[number]
                self.engine.answer(files.trial(number), self._pruning_decision(self.trials[number], before, epoch))

    def _pruning_decision(self, trial: Trial, before: list[Trial], epoch: int) -> str | None:
        assert self.pruning is not None
        # Histories are truncated to the same length, since a longer one would be an unfair advantage.
        others = [self._costs(one)[:epoch] for one in before if self._is_prunable(one) and len(one.history) >= epoch]
        if not self.pruning.prunes(self._costs(trial)[:epoch], others):
            return None
        metric = self.objective.metric
        return f"after epoch {epoch}, {metric} {format_metric(metric, trial.history[epoch - 1])}: unpromising"

    def _costs(self, trial: Trial) -> list[float]:
        return [self.objective.cost(value) for value in trial.history]

    # Stopping

    def _stop_workers(self) -> None:
        """Stop all workers and wait for their checkpoints."""
        self.engine.stop()
        while self._running:
            for event in self.engine.events(POLL_SECONDS):
                self._handle_event(event)

    def _interrupt(self, stop: StopRequest) -> NoReturn:
        self._stop_workers()
        assert stop.signal_number is not None
        ended = sum(trial.has_ended for trial in self.trials.values())
        raise RunInterruptedError(
            f"stopped by {stop.name} after {ended} trials; {self._resume_hint}", signal_number=stop.signal_number
        )

    @property
    def _resume_hint(self) -> str:
        return f"`dlcli sweep resume {self.id}` continues it"
