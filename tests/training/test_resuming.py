"""A run that is stopped after any step and resumed equals, bit for bit, a run that was not stopped."""

from __future__ import annotations

import os
import shutil
import signal
from typing import Any

import numpy as np
import pytest

from dlcli.core import Direction, RunInterruptedError, StorageError
from dlcli.optim import Adam, Cosine, Polynomial
from dlcli.runs import RunFolder
from dlcli.settings import CheckpointSettings, EarlyStoppingSettings
from dlcli.training import EarlyStopping, Observer, checkpoint
from dlcli.training.checkpoint import WEIGHTS

STEPS = 16  # four epochs of four


class SignallingAdam(Adam):
    """Optimizer that sends a signal to this process in the middle of a step."""

    def __init__(self, at: int, number: int, learning_rate: float = 0.02) -> None:
        super().__init__(learning_rate=learning_rate, schedule=Cosine())
        self.at = at
        self.number = number

    def update(self, parameters: np.ndarray, gradients: np.ndarray, memory: Any, learning_rate: float) -> None:
        if self.steps == self.at:
            os.kill(os.getpid(), self.number)
        super().update(parameters, gradients, memory, learning_rate)


class Messages(Observer):
    def __init__(self) -> None:
        self.messages: list[str] = []

    def on_message(self, message: str) -> None:
        self.messages.append(message)


def result(trainer: Any) -> tuple[list[dict[str, Any]], dict[str, bytes], dict[str, Any]]:
    """Return everything that a run writes, except times."""
    records = [{**record, "seconds": None} for record in trainer.folder.metrics()]
    last = checkpoint.read(trainer.folder.checkpoints / trainer.store.names()[-1])
    best = trainer.store.load_weights("best")
    arrays = {
        f"{kind}.{name}": array.tobytes()
        for kind, group in (("last", last.weights), ("state", last.arrays), ("best", best))
        for name, array in group.items()
    }
    state = {**last.state, "metrics_size": None, "metrics_sha256": None}
    state["position"] = {**state["position"], "seconds": None, "epoch_seconds": None}
    return records, arrays, state


def stopping() -> EarlyStopping:
    return EarlyStopping(EarlyStoppingSettings(patience=50), metric="dev/loss", direction=Direction.MINIMIZE)


@pytest.fixture
def uninterrupted(make_trainer: Any, folder: RunFolder) -> Any:
    trainer = make_trainer(run=RunFolder.create(folder.path, "whole"), early_stopping=stopping(), log_every_steps=3)
    trainer.train()
    return result(trainer)


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_stopped_after_any_step(make_trainer: Any, folder: RunFolder, uninterrupted: Any, step: int) -> None:
    with pytest.raises(RunInterruptedError) as caught:
        optimizer = SignallingAdam(step, signal.SIGTERM)
        make_trainer(early_stopping=stopping(), optimizer=optimizer, log_every_steps=3).train()
    assert caught.value.exit_code == 143
    assert f"SIGTERM after {step} " in caught.value.message
    expected = f"epoch-{step // 4:04d}" if step % 4 == 0 else f"epoch-{step // 4 + 1:04d}-step-{step:08d}"
    resumed = make_trainer(early_stopping=stopping(), log_every_steps=3)
    assert resumed.store.names()[-1] == expected
    resumed.resume()
    assert result(resumed) == uninterrupted


def test_stopped_after_every_step(make_trainer: Any, folder: RunFolder, uninterrupted: Any) -> None:
    for step in range(1, STEPS + 1):
        trainer = make_trainer(
            early_stopping=stopping(), optimizer=SignallingAdam(step, signal.SIGINT), log_every_steps=3
        )
        with pytest.raises(RunInterruptedError) as caught:
            trainer.resume()
        assert caught.value.exit_code == 130
    resumed = make_trainer(early_stopping=stopping(), log_every_steps=3)
    resumed.resume()  # only restores the best weights
    assert result(resumed) == uninterrupted


def test_a_second_interrupt_does_not_wait(make_trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(SignallingAdam):
        def update(self, parameters: np.ndarray, gradients: np.ndarray, memory: Any, learning_rate: float) -> None:
            super().update(parameters, gradients, memory, learning_rate)
            super().update(parameters, gradients, memory, learning_rate)

    with pytest.raises(KeyboardInterrupt):
        make_trainer(optimizer=Impatient(6, signal.SIGINT)).train()


def test_a_kill_between_record_and_checkpoint_repeats_the_record(
    make_trainer: Any, folder: RunFolder, uninterrupted: Any
) -> None:
    with pytest.raises(RunInterruptedError):
        make_trainer(early_stopping=stopping(), optimizer=SignallingAdam(8, signal.SIGTERM), log_every_steps=3).train()
    folder.append_metrics({"kind": "epoch", "epoch": 3})
    with (folder.path / "metrics.jsonl").open("ab") as file:
        file.write(b'{"kind": "ep')
    resumed = make_trainer(early_stopping=stopping(), log_every_steps=3)
    resumed.resume()
    assert result(resumed) == uninterrupted


@pytest.mark.usefixtures("written_at_once")
def test_a_run_resumes_from_the_checkpoint_before_a_damaged_one(
    make_trainer: Any, folder: RunFolder, uninterrupted: Any
) -> None:
    with pytest.raises(RunInterruptedError):
        make_trainer(early_stopping=stopping(), optimizer=SignallingAdam(12, signal.SIGTERM), log_every_steps=3).train()
    weights = folder.checkpoints / "epoch-0003" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1])
    observer = Messages()
    resumed = make_trainer(early_stopping=stopping(), log_every_steps=3, observers=[observer])
    resumed.resume()
    assert len(observer.messages) == 1
    assert str(weights) in observer.messages[0]
    assert result(resumed) == uninterrupted


def test_a_damaged_best_checkpoint_is_reported_and_replaced(make_trainer: Any, folder: RunFolder) -> None:
    first = make_trainer(epochs=9, optimizer=Adam(learning_rate=0.3), checkpoint=CheckpointSettings(keep=1))
    best = first.train().best
    assert best.epoch < 9
    (folder.checkpoints / best.checkpoint / WEIGHTS).write_bytes(b"")
    with pytest.raises(StorageError) as caught:
        first.store.load_weights("best")
    assert caught.value.file == str(folder.checkpoints / best.checkpoint / WEIGHTS)
    observer = Messages()
    resumed = make_trainer(epochs=10, optimizer=Adam(learning_rate=0.3), observers=[observer])
    assert resumed.resume().best.epoch == 10
    assert best.checkpoint in observer.messages[0]


def test_a_damaged_best_with_no_epoch_left_is_an_error(make_trainer: Any, folder: RunFolder) -> None:
    best = make_trainer(epochs=9, optimizer=Adam(learning_rate=0.3), checkpoint=CheckpointSettings(keep=1)).train().best
    (folder.checkpoints / best.checkpoint / WEIGHTS).write_bytes(b"")
    with pytest.raises(StorageError) as caught:
        make_trainer(epochs=9, optimizer=Adam(learning_rate=0.3)).resume()
    assert caught.value.code == "missing_checkpoint"


def test_a_run_that_stopped_early_resumes_with_a_larger_patience(make_trainer: Any) -> None:
    def impatient(patience: int) -> EarlyStopping:
        return EarlyStopping(
            EarlyStoppingSettings(patience=patience, min_delta=1e6), metric="dev/loss", direction=Direction.MINIMIZE
        )

    assert make_trainer(epochs=9, early_stopping=impatient(2)).train().epochs == 3
    observer = Messages()
    assert make_trainer(epochs=9, early_stopping=impatient(2), observers=[observer]).resume().epochs == 3
    assert "early after 3 epochs" in observer.messages[0]
    assert make_trainer(epochs=9, early_stopping=impatient(4)).resume().epochs == 5


def test_a_run_without_a_checkpoint_restarts(make_trainer: Any, folder: RunFolder, uninterrupted: Any) -> None:
    folder.append_metrics({"kind": "step", "epoch": 1, "step": 1})
    observer = Messages()
    resumed = make_trainer(early_stopping=stopping(), log_every_steps=3, observers=[observer])
    resumed.resume()
    assert len(observer.messages) == 1
    assert result(resumed) == uninterrupted


def test_more_epochs_continue_from_the_end_of_the_run(make_trainer: Any, folder: RunFolder) -> None:
    constant = Adam(learning_rate=0.02)
    whole = make_trainer(run=RunFolder.create(folder.path, "whole"), epochs=6, optimizer=constant)
    whole.train()
    make_trainer(epochs=4, optimizer=Adam(learning_rate=0.02)).train()
    observer = Messages()
    extended = make_trainer(epochs=6, optimizer=Adam(learning_rate=0.02), observers=[observer])
    extended.resume()
    assert observer.messages == []
    assert result(extended) == result(whole)


def test_more_epochs_give_a_warning_if_the_schedule_depends_on_their_number(make_trainer: Any) -> None:
    make_trainer(epochs=4).train()
    observer = Messages()
    make_trainer(epochs=6, observers=[observer]).resume()
    (message,) = observer.messages
    assert "schedule" in message
    assert "not 0," in message  # a cosine ends at zero


def test_more_epochs_after_a_warm_up_as_long_as_the_first_training(make_trainer: Any) -> None:
    def trainer(**options: Any) -> Any:
        optimizer = Adam(learning_rate=0.02, schedule=Cosine(warmup_steps=8))  # 4 steps per epoch
        return make_trainer(optimizer=optimizer, **options)

    trainer(epochs=2).train()
    observer = Messages()
    assert trainer(epochs=3, observers=[observer]).resume().steps == 12
    assert len(observer.messages) == 1


@pytest.mark.parametrize("max_steps", [3, 5])
def test_a_run_without_steps_left_says_so(make_trainer: Any, max_steps: int) -> None:
    def trainer(**options: Any) -> Any:
        return make_trainer(optimizer=Adam(learning_rate=0.02, schedule=Polynomial(power=1.5)), **options)

    trainer(epochs=4, max_steps=5).train()
    observer = Messages()
    summary = trainer(epochs=6, max_steps=max_steps, observers=[observer]).resume()
    assert summary.steps == 5
    (message,) = observer.messages
    assert f" {max_steps};" in message


@pytest.mark.usefixtures("written_at_once")
def test_checkpoints_within_an_epoch(make_trainer: Any, folder: RunFolder) -> None:
    trainer = make_trainer(checkpoint=CheckpointSettings(every_steps=3, keep=100))
    trainer.train()
    assert trainer.store.names() == [
        "epoch-0001-step-00000003",
        "epoch-0001",
        "epoch-0002-step-00000006",
        "epoch-0002",
        "epoch-0003-step-00000009",
        "epoch-0003",
        "epoch-0004-step-00000015",
        "epoch-0004",
    ]


@pytest.mark.usefixtures("written_at_once")
def test_checkpoints_may_be_rare(make_trainer: Any) -> None:
    trainer = make_trainer(
        epochs=9, optimizer=Adam(learning_rate=0.3), checkpoint=CheckpointSettings(every_epochs=4, keep=100)
    )
    best = trainer.train().best
    assert {"epoch-0004", "epoch-0008", "epoch-0009", best.checkpoint} <= set(trainer.store.names())
    assert len(trainer.store.names()) < 9


def lines_of(folder: RunFolder) -> list[bytes]:
    return (folder.path / "metrics.jsonl").read_bytes().splitlines(keepends=True)


def epochs_of(folder: RunFolder) -> list[int]:
    return [record["epoch"] for record in folder.metrics() if record["kind"] == "epoch"]


@pytest.mark.usefixtures("written_at_once")
@pytest.mark.parametrize("damage", ["torn line", "missing line", "changed line"])
def test_training_resumes_from_the_last_checkpoint_with_a_complete_history(
    make_trainer: Any, folder: RunFolder, uninterrupted: Any, damage: str
) -> None:
    with pytest.raises(RunInterruptedError):
        make_trainer(early_stopping=stopping(), optimizer=SignallingAdam(12, signal.SIGTERM), log_every_steps=3).train()
    path, lines = folder.path / "metrics.jsonl", lines_of(folder)
    changed = lines[-1].replace(b"epoch", b"epocH", 1)
    end = {"torn line": lines[-1][:-7], "missing line": b"", "changed line": changed}[damage]
    path.write_bytes(b"".join(lines[:-1]) + end)
    observer = Messages()
    resumed = make_trainer(early_stopping=stopping(), log_every_steps=3, observers=[observer])
    resumed.resume()
    assert any(str(path) in message for message in observer.messages)
    assert result(resumed) == uninterrupted
    assert epochs_of(folder) == [1, 2, 3, 4]


@pytest.mark.parametrize("damage", ["missing", "empty", "changed at the beginning"])
def test_a_run_without_its_history_is_rejected_and_not_changed(
    make_trainer: Any, folder: RunFolder, damage: str
) -> None:
    make_trainer().train()
    path, lines = folder.path / "metrics.jsonl", lines_of(folder)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "empty" else b"".join([lines[0].replace(b"1", b"7", 1), *lines[1:]]))
    before = {file: file.read_bytes() for file in folder.path.rglob("*") if file.is_file() and file.suffix != ".log"}
    with pytest.raises(StorageError) as caught:
        make_trainer(epochs=6).resume()
    assert str(path) in str(caught.value)
    assert before == {
        file: file.read_bytes() for file in folder.path.rglob("*") if file.is_file() and file.suffix != ".log"
    }


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_every_stop_signal_leads_to_a_checkpoint(make_trainer: Any, number: int, code: int) -> None:
    trainer = make_trainer(optimizer=SignallingAdam(6, number))
    before = signal.signal(number, signal.SIG_DFL)  # a process in the background may ignore some
    try:
        with pytest.raises(RunInterruptedError) as caught:
            trainer.train()
    finally:
        signal.signal(number, before)
    assert caught.value.exit_code == code
    assert trainer.store.names()[-1] == "epoch-0002-step-00000006"


def test_an_ignored_hangup_stays_ignored(make_trainer: Any) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert make_trainer(optimizer=SignallingAdam(6, signal.SIGHUP)).train().epochs == 4
    finally:
        signal.signal(signal.SIGHUP, before)


class FailingObserver(Observer):
    def __init__(self) -> None:
        self.reason: str | None = None

    @property
    def failure(self) -> str | None:
        return self.reason

    def on_epoch(self, record: Any, is_best: bool) -> None:
        self.reason = "broken pipe"


def test_a_failed_observer_is_logged_once(make_trainer: Any, folder: RunFolder) -> None:
    assert make_trainer(observers=[FailingObserver()]).train().epochs == 4
    assert folder.read_text("train.log").count("broken pipe") == 1


class Vanishing(Observer):
    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def on_epoch(self, record: Any, is_best: bool) -> None:
        if record["epoch"] == 2:
            shutil.rmtree(self.folder.path, ignore_errors=True)


def test_a_folder_that_is_removed_ends_training_and_stays_removed(make_trainer: Any, folder: RunFolder) -> None:
    with pytest.raises(StorageError), folder.locked():
        make_trainer(observers=[Vanishing(folder)], epochs=50).train()
    assert not (folder.path / "metrics.jsonl").exists()
    assert not (folder.path / "run.json").exists()
