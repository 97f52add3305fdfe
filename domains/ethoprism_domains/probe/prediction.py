"""From a probe and a feature store to one answer a frame, and to bouts.

A probe answers once a window; between the windows' middle frames the probability runs linearly
over time, and beyond the first and last it stays as it is. A probe of whole clips answers once, for
all frames.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float, Int, Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.probe.base import ProbeEstimator
from ethoprism_domains.probe.clips import clip_rows
from ethoprism_domains.probe.postprocess import PostProcessing, postprocess
from ethoprism_domains.probe.samples import (
    individual_names,
    opened,
    read_windows,
    window_slices,
)
from ethoprism_domains.probe.source import FeatureSource, describe

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Probe:
    """A fitted estimator and all that is needed to use it on another video.

    Parameters
    ----------
    name
        What predictions and bouts are signed with.
    kind
        ``compact``, ``attention`` or ``linear``.
    estimator
        The fitted estimator.
    behaviors
        What its columns are.
    per_individual
        Whether it looks at one animal at a time, or at the whole scene.
    source
        The features it understands.
    processing
        How its probabilities become labels.
    training
        What the card tells about its training: videos, settings, scores, versions, date.
    windows
        How many windows of a clip it looks at together; None if at one at a time.
    """

    name: str
    kind: str
    estimator: ProbeEstimator
    behaviors: tuple[str, ...]
    per_individual: bool
    source: FeatureSource
    processing: PostProcessing
    training: Mapping[str, Any]
    windows: int | None = None


def predict_video(
    probe: Probe, features: xr.Dataset | str | Path, progress: Progress | None = None
) -> xr.Dataset:
    """Classify every frame of a video from its features.

    Parameters
    ----------
    probe
        A fitted probe.
    features
        The video's feature store, or its path; it is read piece by piece.
    progress
        Called with the windows that are done, and all.

    Returns
    -------
    `probability (time, individual, behavior)` float32 and `label` int8, one a video frame.

    Raises
    ------
    EthoprismError
        If the features are those of another encoder or of other settings.
    """
    store = opened(features)
    check_features(probe, store)
    names = individual_names(store, probe.per_individual)
    times = store["frame_time"].values.astype(float)
    if probe.windows is None:
        answers = _answer_windows(probe, store, progress)
        probability = interpolate(answers, store["window"].values, times)
    else:
        rows = clip_rows(store, probe.source, probe.windows, probe.per_individual)
        answer = probe.estimator.predict_proba(rows)
        probability = np.broadcast_to(answer, (len(times), *answer.shape)).copy()
    labels = [postprocess(one, times, probe.processing) for one in np.moveaxis(probability, 1, 0)]
    predictions = predictions_dataset(
        probability, np.stack(labels, axis=1), times, names, probe.behaviors
    )
    return predictions.assign_attrs(
        video=str(store.attrs["video"]),
        video_fingerprint=str(store.attrs.get("video_fingerprint", "")),
        probe=probe.name,
        probe_kind=probe.kind,
        encoder=probe.source.encoder,
        encoder_fingerprint=probe.source.encoder_fingerprint,
    )


def _answer_windows(
    probe: Probe, store: xr.Dataset, progress: Progress | None
) -> Float[np.ndarray, "window individual behavior"]:
    count, parts = store.sizes["window"], []
    for windows in window_slices(store):
        rows = read_windows(store, windows, probe.per_individual)
        answers = probe.estimator.predict_proba(rows.reshape(-1, rows.shape[2]))
        parts.append(answers.reshape(*rows.shape[:2], -1))
        if progress is not None:
            progress(min(windows.stop, count), count)
    return np.concatenate(parts)


def check_features(probe: Probe, features: xr.Dataset) -> None:
    """Refuse features that the probe does not understand.

    Raises
    ------
    EthoprismError
        Naming what differs: the encoder, the settings, or the number of animals in a scene.
    """
    where = f"{describe(features)} for the probe {probe.name}"
    remedy = f"embed the video as the probe's card says, with {probe.source.encoder}"
    probe.source.require(FeatureSource.of(features), where, remedy)
    shown = 1 if probe.per_individual else features.sizes.get("individual", 1)
    individuals = probe.source.layout(shown, probe.per_individual).individuals
    expected = probe.estimator.layout.individuals // (probe.windows or 1)
    if individuals != expected:
        raise EthoprismError(
            f"scenes of {individuals} individuals instead of {expected}", where, remedy
        )


def interpolate(
    probability: Float[np.ndarray, "window individual behavior"],
    centres: Int[np.ndarray, " window"],
    frame_times: Float[np.ndarray, " time"],
) -> Float[np.ndarray, "time individual behavior"]:
    """Give every frame a probability, linear in time between the windows' middle frames."""
    at, columns = frame_times[centres], probability.reshape(len(centres), -1)
    every = [np.interp(frame_times, at, column) for column in columns.T]
    shape = (len(frame_times), *probability.shape[1:])
    return np.stack(every, axis=1).reshape(shape).astype(np.float32)


def predictions_dataset(
    probability: Float[np.ndarray, "time individual behavior"],
    label: Int8[np.ndarray, "time individual behavior"],
    frame_times: Float[np.ndarray, " time"],
    individuals: tuple[str, ...],
    behaviors: tuple[str, ...],
) -> xr.Dataset:
    """Name the axes of predictions."""
    dims = ("time", "individual", "behavior")
    return xr.Dataset(
        {"probability": (dims, probability), "label": (dims, label)},
        coords={
            "time": frame_times,
            "frame": ("time", np.arange(len(frame_times))),
            "individual": np.array(individuals, dtype=str),
            "behavior": np.array(behaviors, dtype=str),
        },
    )
