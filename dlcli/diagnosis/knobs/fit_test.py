"""Knobs against overfitting to the dev set, and against a dev set unlike the test set, so that the dev error holds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dlcli.diagnosis.bias_variance import Gap
from dlcli.diagnosis.knobs.advice import Advice, Evidence
from dlcli.diagnosis.mismatch import Origin
from dlcli.diagnosis.wording import gap_phrase

#: How to make the dev set resemble the test set, by the origin of the two.
_CLOSER: Mapping[Origin | None, str] = {
    Origin.FILES: "collect dev examples from the source of the test set",
    Origin.PERIODS: "validate on the most recent period: a short dev period that ends where test begins",
    Origin.STRETCHES: "validate on the examples next to test; if their order means nothing, remove data.split.in_order",
    Origin.TEXT: "validate on a part of the text that resembles test, such as other chapters of the same kind",
    None: "draw dev and test from the same distribution",
}


def bigger_dev_set(evidence: Evidence) -> Advice | None:
    """Advise twice the dev examples if model selection has overfitted them."""
    gap = evidence.diagnosis.gap("dev_overfit")
    if gap is None or gap.verdict != "high":
        return None
    why = f"{evidence.gap('dev_overfit')}: the model selected on the dev set is worse on the test set"
    return _bigger_split(evidence, "dev", why, factor=2.0)


def closer_dev_set(evidence: Evidence) -> Advice | None:
    """Advise a dev set with the distribution of the test set if their targets differ."""
    gap = evidence.diagnosis.gap("dev_test_mismatch")
    if gap is None:
        return None
    if gap.mismatch.origin is None and _can_stratify(evidence):
        return _closer(evidence, gap, gap.mismatch.shift, {"data.split.stratify": True})
    return _closer(evidence, gap, gap.mismatch.shift)


def dev_set_of_same_origin(evidence: Evidence) -> Advice | None:
    """Advise a dev set of the same origin as the test set if that may explain why the test error is higher."""
    gap = evidence.diagnosis.gap("dev_overfit")
    if gap is None or gap.mismatch.origin is None or gap.verdict != "high":
        return None
    return _closer(evidence, gap, f"dev and test {gap.mismatch.origin}, so it may be a mismatch")


def _closer(evidence: Evidence, gap: Gap, reason: str, settings: Mapping[str, Any] = MappingProxyType({})) -> Advice:
    why = f"{gap_phrase(evidence.diagnosis, gap)}: {reason}"
    return Advice("closer dev set", "fit-test", why, settings, "" if settings else _CLOSER[gap.mismatch.origin])


def _can_stratify(evidence: Evidence) -> bool:
    split = evidence.section("data")["split"]
    taken = ("stratify", "group_by", "files", "indices")
    return bool(evidence.train_class_counts) and not any(split.get(option) for option in taken)


def sharper_split(evidence: Evidence) -> Advice | None:
    """Advise more dev or test examples if too few of them leave the largest gap inconclusive."""
    gap = evidence.diagnosis.undecided
    need = next((need for need in gap.needed if need.split in ("dev", "test")), None) if gap else None
    if gap is None or need is None:
        return None
    phrase = gap_phrase(evidence.diagnosis, gap)
    why = f"{phrase}; about {need.need:,} {need.split} {need.unit}instead of {need.have:,} would settle it"
    return _bigger_split(evidence, need.split, why, factor=need.need / need.have)


def another_seed(evidence: Evidence) -> Advice | None:
    """Advise another seed if a gap may be due to the split and the initial weights."""
    gap = evidence.diagnosis.undecided
    if gap is None:
        return None
    why = f"{gap_phrase(evidence.diagnosis, gap)} may be due to chance in the split and the initial weights"
    return Advice("another seed", "fit-test", why, {"seed": int(evidence.spec["seed"]) + 1})


def _bigger_split(evidence: Evidence, split: str, why: str, *, factor: float) -> Advice:
    """Advise moving training examples to `split`, up to a third of them; otherwise collecting new ones."""
    knob, collect = f"bigger {split} set", f"collect more {split} examples"
    shares: dict[str, Any] = dict(evidence.section("data")["split"])
    train, now = shares["train"], shares[split]
    if shares["files"] is not None or shares["indices"] is not None or not train or not now:
        return Advice(knob, "fit-test", why, action=collect)
    moved = round(now * (factor - 1), 3)
    if moved > train / 3 + 1e-9:
        return Advice(knob, "fit-test", why, action=collect)
    settings = {"data.split.train": round(train - moved, 3), f"data.split.{split}": round(now + moved, 3)}
    return Advice(knob, "fit-test", why, settings)
