"""Knobs against overfitting to the dev set, so that the dev error holds on the test set."""

from __future__ import annotations

from typing import Any

from dlcli.diagnosis.knobs.advice import Advice, Evidence
from dlcli.diagnosis.wording import gap_phrase


def bigger_dev_set(evidence: Evidence) -> Advice | None:
    """Advise twice the dev examples if model selection has overfitted them."""
    gap = evidence.diagnosis.gap("dev_overfit")
    if gap is None or gap.verdict != "high":
        return None
    why = f"{evidence.gap('dev_overfit')}: the model selected on the dev set is worse on the test set"
    return _bigger_split(evidence, "dev", why, factor=2.0)


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
