"""Scores in plain words: how many bouts are found, and how much of what is marked is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from ethoprism.probe_card import read_card
from ethoprism_domains.evaluation import MACRO, ScoredVideo, Scores
from ethoprism_domains.evaluation.bout_metrics import count_bouts

FOUND_OVERLAP = 0.1
CARD_KEY = "plain_scores"  # where they stand in the training part of a probe's card
_TOLD_CHANGE = 0.02
_COUNTS = ("bouts", "found", "marked", "wrong", "coded", "hit")


@dataclass(frozen=True)
class PlainScore:
    """How well one behaviour was told in footage that was left out of training.

    Parameters
    ----------
    bouts, found
        Coded bouts, and those that a predicted bout matches: one to one, sharing at least a tenth
        of the frames that either of them holds.
    marked, wrong
        Frames that were predicted, and those of them where it is not coded.
    coded, hit
        Frames where it is coded, and those of them that were predicted.
    average_precision, chance
        Over all thresholds, and what knowing nothing scores; None where undefined.
    """

    behavior: str
    bouts: int
    found: int
    marked: int
    wrong: int
    coded: int
    hit: int
    average_precision: float | None
    chance: float | None

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall of frames; 0 where nothing is hit."""
        return 2 * self.hit / max(self.marked + self.coded, 1)

    def sentence(self) -> str:
        """Tell it in one sentence."""
        if not self.bouts:
            return f"{self.behavior}: nothing to judge it by, no bout was left out of training."
        bouts = "bout" if self.bouts == 1 else "bouts"
        found = f"{self.behavior}: finds {self.found} of {self.bouts} {bouts}"
        if not self.marked:
            return f"{found}; marks nothing."
        return f"{found}; {_of_ten(self.wrong, self.marked)}."

    def numbers(self) -> str:
        """Give the numbers behind the sentence, a line each."""
        precision = _ratio(self.marked - self.wrong, self.marked)
        recall = _ratio(self.hit, self.coded)
        lines = [
            f"frames: precision {precision}, recall {recall}, F1 {self.f1:.2f}",
            f"{self.coded} frames coded, {self.marked} marked, {self.wrong} of these wrong",
            f"bouts: {self.found} of {self.bouts} found (matched one to one, at least a tenth of "
            "their frames shared)",
        ]
        if self.average_precision is not None and self.chance is not None:
            score = f"{self.average_precision:.2f} (knowing nothing scores {self.chance:.2f})"
            lines.append(f"average precision {score}")
        return "\n".join(lines)

    def change(self, before: "PlainScore | None") -> str:
        """Say in a few words how it differs from an earlier score."""
        if before is None:
            return "new"
        if abs(self.f1 - before.f1) < _TOLD_CHANGE:
            return "about as before"
        better = "better" if self.f1 > before.f1 else "worse"
        return f"{better}: F1 {before.f1:.2f} → {self.f1:.2f}"


@dataclass(frozen=True)
class PlainScores:
    """The scores of a probe's behaviours, and what they were made on.

    Parameters
    ----------
    behaviors
        One a behaviour.
    videos, groups
        How many videos were judged, in how many groups that were left out as a whole.
    date
        When; ISO.
    """

    behaviors: tuple[PlainScore, ...]
    videos: int
    groups: int
    date: str

    def judged_on(self) -> str:
        """Say what the scores were made on, as the end of a sentence."""
        if self.groups > 1 and self.groups == self.videos:
            return f"judged on {self.videos} videos, each by a probe that had not seen it"
        if self.groups > 1:
            return (
                f"judged on {self.videos} videos in {self.groups} groups, each by a probe that had "
                "not seen its group"
            )
        what = "one video" if self.videos == 1 else f"{self.videos} videos of one group"
        return f"judged on blocks of time of {what}, left out in turn: expect less elsewhere"

    def of(self, behavior: str) -> PlainScore | None:
        """Give one behaviour's score."""
        return next((score for score in self.behaviors if score.behavior == behavior), None)

    def to_mapping(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "PlainScores":
        """Read what `to_mapping` gave."""
        names = [field.name for field in fields(PlainScore)]
        behaviors = (PlainScore(**{name: row[name] for name in names}) for row in _rows(mapping))
        return cls(tuple(behaviors), mapping["videos"], mapping["groups"], mapping["date"])


def plain_scores(
    scored: Sequence[ScoredVideo], scores: Scores, groups: int, date: str
) -> PlainScores:
    """Count what the sentences tell.

    Parameters
    ----------
    scored
        Truth and held-out predictions of each video.
    scores
        What `evaluate` made of them.
    groups
        How many groups were left out in turn; 1 where blocks of time were.
    date
        When the scores were made.
    """
    names = scored[0].behaviors
    counts = np.sum([_counts(video) for video in scored], axis=0)
    tables = {
        column: scores.table[scores.table["metric"] == "average_precision"].set_index("behavior")[
            column
        ]
        for column in ("value", "chance")
    }
    rows = [
        PlainScore(
            name,
            **dict(zip(_COUNTS, counts[:, at].tolist(), strict=True)),
            average_precision=_known(tables["value"][name]),
            chance=_known(tables["chance"][name]),
        )
        for at, name in enumerate(names)
        if name != MACRO
    ]
    return PlainScores(tuple(rows), len(scored), groups, date)


def read_plain_scores(card: Path) -> PlainScores | None:
    """Read from a probe's card how well it did when it was trained; None if it does not tell."""
    try:
        return PlainScores.from_mapping(read_card(card)["training"][CARD_KEY])
    except (ValueError, KeyError, TypeError):
        return None


def _counts(video: ScoredVideo) -> np.ndarray:
    """Count what `_COUNTS` names: `(count, behavior)`."""
    matched, bouts, _ = count_bouts(video.truth, video.predicted, (FOUND_OVERLAP,))
    known = video.truth != -1
    marked, coded = (video.predicted == 1) & known, video.truth == 1
    frames = (marked, marked & ~coded, coded, marked & coded)
    return np.stack([bouts, matched[0], *(mask.sum(axis=(0, 1)) for mask in frames)])


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _rows(mapping: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return mapping["behaviors"]


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def _of_ten(part: int, whole: int) -> str:
    """Tell a share of frames as so many of ten, or of a hundred where there are few."""
    share = part / whole
    if part == 0:
        return "no marked frame is wrong"
    if part == whole:
        return "every marked frame is wrong"
    if share < 0.005:
        return "fewer than 1 of 100 marked frames is wrong"
    if share < 0.05:
        number, of = round(100 * share), 100
    else:
        number, of = min(max(round(10 * share), 1), 9), 10
    return f"{number} of {of} marked frames {'is' if number == 1 else 'are'} wrong"
