from __future__ import annotations

import json
import math

from dlcli.core import dumps
from dlcli.training import Candidate
from dlcli.training.training_state import TrainingState


def test_the_name_of_a_checkpoint_gives_its_position() -> None:
    state = TrainingState(epoch=7, batch=0, step=700)
    assert state.checkpoint_name == "epoch-0007"
    state.batch, state.step = 34, 734
    assert state.checkpoint_name == "epoch-0008-step-00000734"


def test_the_next_epoch_starts_its_sums_at_zero() -> None:
    state = TrainingState(
        epoch=1, batch=3, step=9, loss_sum=6.0, loss_weight=4, examples=2, epoch_seconds=2.0, seconds=5.0
    )
    assert state.loss == 1.5
    state.begin_next_epoch()
    assert state == TrainingState(epoch=2, batch=0, step=9, seconds=7.0)
    assert math.isnan(state.loss)  # no example has been processed yet


def test_it_survives_json() -> None:
    best = Candidate(epoch=1, step=3, checkpoint="epoch-0001", value=0.1 + 0.2, violated=("latency_ms <= 5",))
    for state in (TrainingState(best=best, loss_sum=1 / 3), TrainingState()):
        assert TrainingState.from_json(json.loads(dumps(state.to_json()))) == state


def test_older_checkpoints_are_read() -> None:
    old = TrainingState(loss_sum=6.0, loss_weight=4.0).to_json()
    old["judged"] = int(old.pop("loss_weight"))
    old["best"] = {"epoch": 1, "step": 3, "checkpoint": "epoch-0001", "value": 0.5, "broken": ["latency_ms <= 5"]}
    state = TrainingState.from_json(old)
    assert state.loss == 1.5
    assert state.best == Candidate(epoch=1, step=3, checkpoint="epoch-0001", value=0.5, violated=("latency_ms <= 5",))
