"""Held-out predictions: what a probe says of footage that it was not trained on.

Each fold's estimator answers for the samples that were left out. The rules that make labels of
these answers are, for each fold, chosen on the other folds, so the labels are honest too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Float
from sklearn.base import clone

from ethoprism_domains.annotation import runs
from ethoprism_domains.evaluation.folds import Folds, leave_groups_out, time_blocks
from ethoprism_domains.probe.base import ProbeEstimator
from ethoprism_domains.probe.postprocess import PostProcessing, postprocess
from ethoprism_domains.probe.prediction import interpolate, predictions_dataset
from ethoprism_domains.probe.samples import Samples
from ethoprism_domains.probe.tuning import Stretch, choose_processing

Progress = Callable[[int, int], None]

_FOLDS = 5


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Cross-validated answers.

    Parameters
    ----------
    folds
        What was left out in turn.
    estimators
        The fitted estimator of each fold.
    probability
        Of each sample, from the estimator that was not trained on it; NaN if no fold tested it.
    predictions
        For each recording a predictions dataset, as `predict_video` gives it. Its labels come from
        rules that were chosen on the other folds. Where nothing was held out for an animal, the
        probability is NaN and the label -1.
    processing
        The rules that do best on all held-out footage: those for a probe that is fitted on
        everything.
    """

    folds: Folds
    estimators: tuple[ProbeEstimator, ...]
    probability: Float[np.ndarray, "sample behavior"]
    predictions: tuple[xr.Dataset, ...]
    processing: PostProcessing


def default_folds(samples: Samples) -> Folds:
    """Leave out groups, in five folds at most; in a single group, blocks of time with a gap.

    The gap is a window's length, so that no frame is both trained and tested on. Whole clips of a
    single group are left out one by one: a clip is never split.

    Raises
    ------
    EthoprismError
        If there are too few samples for either.
    """
    if len(np.unique(samples.groups)) > 1:
        return leave_groups_out(samples.groups, samples.y, max_folds=_FOLDS)
    if samples.windows is not None:
        clips = [samples.recordings[number].video for number in samples.recording.tolist()]
        return leave_groups_out(clips, samples.y, max_folds=_FOLDS)
    gap = samples.source.window_frames
    lengths = [len(recording.frame_times) + gap for recording in samples.recordings]
    starts = np.cumsum([0, *lengths[:-1]])
    return time_blocks(starts[samples.recording] + samples.frame, _FOLDS, gap=gap)


def predict_held_out(
    samples: Samples,
    estimator: ProbeEstimator,
    folds: Folds | None = None,
    progress: Progress | None = None,
) -> HeldOut:
    """Fit a clone of `estimator` without each fold, and let it answer for that fold.

    Parameters
    ----------
    samples
        From `gather_samples`.
    estimator
        From `make_estimator`; it is left as it is.
    folds
        What to leave out; `default_folds` if not given.
    progress
        Called with what is done and all there is to do; 100 is one fit.

    Raises
    ------
    EthoprismError
        If there are too few samples, or training fails.
    """
    folds = default_folds(samples) if folds is None else folds
    estimators, fold = [], np.full(len(samples), -1)
    probability = np.full(samples.y.shape, np.nan, np.float32)
    for number, (training, test) in enumerate(folds):
        fitted = clone(estimator)
        fitted.fit(
            samples.X[training],
            samples.y[training],
            samples.groups[training],
            progress=share_of(progress, number, len(folds)),
        )
        probability[test], fold[test] = fitted.predict_proba(samples.X[test]), number
        estimators.append(fitted)
    stretches = list(_stretches(samples, probability, fold))
    by_fold = [[s.scored for s in stretches if s.fold == one] for one in range(len(folds))]
    rules = choose_processing(by_fold, len(samples.behaviors), estimator.exclusive)
    predictions = _labelled_predictions(samples, stretches, rules.without)
    return HeldOut(folds, tuple(estimators), probability, predictions, rules.overall)


@dataclass(frozen=True, eq=False)
class _FoldStretch:
    """Consecutive frames of one animal that one fold answers for."""

    recording: int
    individual: int
    frames: slice
    fold: int
    scored: Stretch


def _stretches(
    samples: Samples, probability: np.ndarray, fold: np.ndarray
) -> Iterator[_FoldStretch]:
    """Bring window answers to frames; a frame belongs to the fold of the nearest tested window."""
    tested = fold >= 0
    for number, recording in enumerate(samples.recordings):
        for individual in range(len(recording.individuals)):
            own = tested & (samples.recording == number) & (samples.individual == individual)
            if not own.any():
                continue
            centres, times = samples.frame[own], recording.frame_times
            answers = interpolate(probability[own][:, None], centres, times)[:, 0]
            of_frame = fold[own][_nearest(centres, len(times))]
            for one in np.unique(of_frame):
                for start, stop in runs(of_frame == one):
                    part = slice(int(start), int(stop))
                    labels = recording.labels[part, individual]
                    scored = Stretch(answers[part], labels, times[part])
                    yield _FoldStretch(number, individual, part, int(one), scored)


def _nearest(centres: np.ndarray, frames: int) -> np.ndarray:
    """Give for each frame the position of the nearest of the sorted centres."""
    between = (centres[1:] + centres[:-1]) / 2
    return np.searchsorted(between, np.arange(frames))


def _labelled_predictions(
    samples: Samples, stretches: list[_FoldStretch], processings: tuple[PostProcessing, ...]
) -> tuple[xr.Dataset, ...]:
    """Put the stretches together again, each labelled by its fold's rules."""
    shapes = [recording.labels.shape for recording in samples.recordings]
    probability = [np.full(shape, np.nan, np.float32) for shape in shapes]
    labels = [np.full(shape, -1, np.int8) for shape in shapes]
    for stretch in stretches:
        at, scored = (stretch.frames, stretch.individual), stretch.scored
        probability[stretch.recording][at] = scored.probability
        labels[stretch.recording][at] = postprocess(
            scored.probability, scored.frame_times, processings[stretch.fold]
        )
    return tuple(
        predictions_dataset(
            one, label, recording.frame_times, recording.individuals, samples.behaviors
        ).assign_attrs(video=recording.video, encoder=samples.source.encoder)
        for one, label, recording in zip(probability, labels, samples.recordings, strict=True)
    )


def share_of(progress: Progress | None, fit: int, fits: int, parts: int = 1) -> Progress | None:
    """Turn the progress of one fit, or of some, into that of all; 100 is one fit."""
    if progress is None:
        return None

    def report(done: int, total: int) -> None:
        progress(round(100 * (fit + parts * done / total)), 100 * fits)

    return report
