"""Knobs that make the dev error hold on the test set: against choosing too much on too few examples."""

from __future__ import annotations

from typing import Any

from dlcli.diagnosis.knobs.advice import Advice, Case
from dlcli.diagnosis.wording import gap_phrase


def bigger_dev_set(case: Case) -> Advice | None:
    """More dev examples, where choosing on them has overfitted them."""
    why = f"{case.gap('dev_overfit')}: the dev set was chosen on so often that it is too small"
    return _bigger_dev_set(case, why, wanted=2.0)


def sharper_dev_set(case: Case) -> Advice | None:
    """More dev examples, where too few of them leave the largest gap undecided."""
    gap = case.diagnosis.undecided
    needed = {} if gap is None else {need.split: need for need in gap.needed}
    if gap is None or "dev" not in needed:
        return None
    need = needed["dev"]
    why = f"{gap_phrase(case.diagnosis, gap)}; about {need.need:,} dev examples, not {need.have:,}, would settle it"
    return _bigger_dev_set(case, why, wanted=need.need / need.have)


def _bigger_dev_set(case: Case, why: str, *, wanted: float) -> Advice:
    """Move a part of the training ratio to dev; `wanted` is how many times larger dev should be."""
    split: dict[str, Any] = dict(case.section("data")["split"])
    train, dev = split["train"], split["dev"]
    if split["files"] is not None or split["indices"] is not None or not dev or not train:
        return Advice("bigger dev set", "fit-test", why, action="collect more dev examples")
    larger = round(min(dev * wanted, dev + train / 3), 3)
    if larger <= dev:
        return Advice("bigger dev set", "fit-test", why, action="collect more dev examples")
    settings = {"data.split.train": round(train + dev - larger, 3), "data.split.dev": larger}
    return Advice("bigger dev set", "fit-test", why, settings)
