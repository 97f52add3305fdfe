"""Compare what two coders say of one video: people, label files, or a probe's predictions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from ethoprism.exchanging import read_labels
from ethoprism.learning.material import known_events
from ethoprism.plain_agreement import PlainAgreement, interval_words, plain_agreement
from ethoprism.predictions import load_predictions
from ethoprism.probe_card import read_card
from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.agreement import (
    AgreementSettings,
    CodedVideo,
    align_coders,
    compare_pair,
    measure_agreement,
)
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.annotation.editing import Coding
from ethoprism_domains.annotation.editing.records import events_from_table
from ethoprism_domains.annotation.predictions import predicted_bouts
from ethoprism_domains.annotation.store import names_in

_ME, _THEM = "me", "them"


@dataclass(frozen=True, eq=False)
class Coder:
    """What somebody says of one video.

    Parameters
    ----------
    name
        What to call them.
    coding
        Their events and what they observed; only behaviours of the ethogram.
    left_out
        Behaviours of theirs that the ethogram lacks.
    knew_the_answer
        Whether it is a probe that has learned from this very video.
    """

    name: str
    coding: Coding
    left_out: tuple[str, ...] = ()
    knew_the_answer: bool = False


@dataclass(frozen=True)
class Disagreement:
    """A stretch in which one of two coders says that a behaviour holds, and the other denies it.

    Parameters
    ----------
    subject
        Whose; empty where animals are not told apart.
    start, stop
        Frames, half-open.
    start_s, stop_s
        Their seconds.
    is_mine
        Whether the first coder says that it holds.
    """

    behavior: str
    subject: str
    start: int
    stop: int
    start_s: float
    stop_s: float
    is_mine: bool


@dataclass(frozen=True, eq=False)
class Compared:
    """How far two coders agree, and where they do not.

    Parameters
    ----------
    other
        The second coder.
    rows
        All behaviours together, then each.
    interval
        A sentence about the interval of kappa.
    disagreements
        In the order of time; those within the tolerance are left out.
    """

    other: Coder
    rows: tuple[PlainAgreement, ...]
    interval: str
    disagreements: tuple[Disagreement, ...]


def other_annotators(project: Project, video: str, annotator: str) -> list[str]:
    """Name those who have annotations of a video, but one."""
    found = names_in(project.annotations_folder)
    return [who for name, who in found if name == video and who != annotator]


def annotator_as_coder(project: Project, video: str, annotator: str) -> Coder:
    """Read what another annotator of the project says of a video.

    Raises
    ------
    EthoprismError
        If they have observed nothing of it, or it cannot be read.
    """
    found = project.annotations(annotator)
    coding = Coding.from_tables(video, found.events, found.observed)
    if not coding.observed:
        raise EthoprismError(f"{annotator} has observed nothing of it", video, "choose another")
    return _coder(annotator, _by_people(coding), project.ethogram)


def file_as_coder(
    path: Path,
    video: str,
    times: Float[np.ndarray, " time"],
    ethogram: Ethogram,
    source: str | None = None,
) -> Coder:
    """Read what a label file of any format says of a video.

    Parameters
    ----------
    source
        The video's name in the file, where it holds several.

    Raises
    ------
    SeveralVideosError
        If it is not clear which of the file's videos is meant.
    EthoprismError
        If the file cannot be read.
    """
    incoming = read_labels(path, video, times, ethogram, source=source)
    return _coder(path.name, Coding.of(video, incoming.events, incoming.seen), ethogram)


def predictions_as_coder(path: Path, card: Path, video: str, ethogram: Ethogram) -> Coder:
    """Read what a probe predicted for a video; it has looked at every frame.

    Parameters
    ----------
    path
        Its predictions.
    card
        The probe's card, which tells which videos it has learned from.

    Raises
    ------
    EthoprismError
        If the file cannot be read.
    """
    predictions = load_predictions(path)
    events = events_from_table(predicted_bouts(predictions, ethogram))
    seen = ((0, int(predictions.sizes["time"])),)
    coder = _coder(f"the probe {path.parent.name}", Coding.of(video, events, seen), ethogram)
    return replace(coder, knew_the_answer=video in _learned_from(card))


def _learned_from(card: Path) -> list[str]:
    """Name the videos that a probe's card says it has learned from; none if it does not tell."""
    try:
        return list(read_card(card)["training"]["video_fingerprints"])
    except (KeyError, TypeError):
        return []


def compare_coders(
    mine: Coding,
    other: Coder,
    ethogram: Ethogram,
    times: Float[np.ndarray, " time"],
    settings: AgreementSettings,
) -> Compared:
    """Measure how far two coders of a video agree, and list where they do not.

    Predictions that nobody has judged are no person's word, and left out of `mine`.

    Raises
    ------
    EthoprismError
        If one of them has observed nothing.
    """
    if not mine.observed:
        remedy = "mark what you have looked at as observed, else nothing can be compared"
        raise EthoprismError("you have observed nothing of this video", mine.video, remedy)
    codings = {_ME: _by_people(mine), _THEM: other.coding}
    annotations = {name: _annotations(coding, ethogram) for name, coding in codings.items()}
    [video] = align_coders(annotations, lambda _: times)
    agreement = measure_agreement([video], settings)
    found = tuple(_disagreements(video, agreement.disagreements, settings.tolerance))
    return Compared(other, plain_agreement(agreement), interval_words(agreement), found)


def _coder(name: str, coding: Coding, ethogram: Ethogram) -> Coder:
    events = coding.in_order()
    lacking = dict.fromkeys(event.behavior for event in events if event.behavior not in ethogram)
    known = (event for event in events if event.behavior in ethogram)
    return Coder(name, Coding.of(coding.video, known, coding.observed), tuple(lacking))


def _by_people(coding: Coding) -> Coding:
    return Coding.of(coding.video, known_events(coding), coding.observed)


def _annotations(coding: Coding, ethogram: Ethogram) -> Annotations:
    return Annotations(coding.table(), coding.observed_table(), ethogram)


def _disagreements(
    video: CodedVideo, table: pd.DataFrame, tolerance: float
) -> Iterator[Disagreement]:
    excused = _excused(video, table, tolerance)
    for at, row in enumerate(table.to_dict("records")):
        if not excused[at]:
            yield Disagreement(
                row["behavior"],
                row["subject"],
                row["start_frame"],
                row["stop_frame"],
                row["start_s"],
                row["stop_s"],
                row["present"] == _ME,
            )


def _excused(video: CodedVideo, table: pd.DataFrame, tolerance: float) -> Bool[np.ndarray, " row"]:
    """Tell which stretches are nothing but edges that are shifted by no more than the tolerance."""
    excused = np.zeros(len(table), bool)
    for (individual, behavior), rows in table.groupby(["subject", "behavior"]):
        place = video.individuals.index(individual), video.behaviors.index(behavior)
        number = np.zeros(len(video.frame_times), np.int64)
        frames = []
        for at, (start, stop) in enumerate(rows[["start_frame", "stop_frame"]].to_numpy()):
            number[start:stop] = at
            frames.append(np.arange(start, stop))
        mine, theirs = (video.labels[coder][:, *place] for coder in range(2))
        counts = compare_pair(
            mine, theirs, video.frame_times, 2, np.concatenate(frames), number, len(rows), tolerance
        )
        excused[rows.index] = counts[:, 0, 1] + counts[:, 1, 0] == 0
    return excused
