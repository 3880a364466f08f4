import numpy as np

from dlcli.diagnosis import DeadUnits


def test_a_unit_is_dead_if_it_is_zero_in_all_batches() -> None:
    dead = DeadUnits(["relu_1", "relu_2", "relu_3"])
    dead.see("relu_1", np.array([[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]))
    dead.see("relu_1", np.array([[0.0, 2.0, 0.0, 0.0]]))
    dead.see("relu_2", np.ones((3, 4)))
    dead.see("linear_1", np.zeros((3, 4)))
    assert dead.shares() == {"relu_1": 0.5}


def test_a_unit_that_fired_once_is_not_dead() -> None:
    dead = DeadUnits(["relu_1"])
    assert dead.nodes == {"relu_1"}
    for _ in range(2):
        dead.see("relu_1", np.ones((2, 3)))
        dead.see("relu_1", np.zeros((2, 3)))
    assert dead.shares() == {}
