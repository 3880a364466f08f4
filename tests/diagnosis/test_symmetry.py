import numpy as np

from dlcli.diagnosis import IdenticalUnits, identical_units


def test_copies_are_identical_and_random_units_are_not() -> None:
    generator = np.random.default_rng(0)
    column = generator.normal(size=(4, 1)).astype(np.float32)
    parameters = {
        "copies.weight": np.repeat(column, 3, axis=1),
        "rounded.weight": np.repeat(column, 3, axis=1) * (1 + 1e-7 * np.arange(3, dtype=np.float32)),
        "zeros.weight": np.zeros((4, 2)),
        "random.weight": generator.normal(size=(4, 3)),
        "one_unit.weight": column,
        "bias": np.zeros(3),
    }
    layers = identical_units(parameters)
    assert layers == (
        IdenticalUnits("copies.weight", 3),
        IdenticalUnits("rounded.weight", 3),
        IdenticalUnits("zeros.weight", 2),
    )


def test_two_equal_units_among_others_are_not_reported() -> None:
    weight = np.random.default_rng(1).normal(size=(4, 3))
    weight[:, 1] = weight[:, 0]
    assert identical_units({"weight": weight}) == ()
