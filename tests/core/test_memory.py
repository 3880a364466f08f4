import pytest

from dlcli.core import memory
from dlcli.core.memory import OutOfMemoryError, check_array, naming


@pytest.fixture(autouse=True)
def _sixteen_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 16 << 30)


@pytest.mark.parametrize(
    ("shape", "fits"),
    [((1 << 20,), True), ((1 << 16, 1 << 15), True), ((1 << 17, 1 << 15, 2), False), ((10**30,), False), ((0,), True)],
)
def test_arrays_larger_than_the_available_memory_are_refused(shape: tuple[int, ...], fits: bool) -> None:
    if fits:
        check_array(shape)
    else:
        with pytest.raises(OutOfMemoryError):
            check_array(shape)


def test_copies_and_item_sizes_count() -> None:
    check_array((1 << 30,), itemsize=8)
    with pytest.raises(OutOfMemoryError):
        check_array((1 << 30,), itemsize=8, copies=3)


def test_the_message_has_both_sizes() -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        check_array((1 << 20, 1 << 20))
    assert "4 TiB" in str(caught.value)
    assert "16 GiB" in str(caught.value)
    with pytest.raises(OutOfMemoryError) as caught:
        check_array((10**400,))
    assert len(str(caught.value)) < 200


def test_only_impossible_arrays_are_refused_where_the_available_memory_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    check_array((1 << 50,))
    with pytest.raises(OutOfMemoryError):
        check_array((1 << 62,))


def test_the_activity_is_named() -> None:
    with pytest.raises(OutOfMemoryError) as caught, naming("reading the data"):
        raise MemoryError
    assert str(caught.value).startswith("reading the data: ")
