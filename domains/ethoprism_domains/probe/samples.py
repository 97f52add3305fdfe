"""From feature stores and labels to samples: one row a window, or a window and animal.

If the labels name subjects, each animal is a sample of its own, with its own tokens and trajectory.
If they do not, a sample is the whole scene: the tokens and trajectories of all its animals.
A window's label is the one of its middle frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from jaxtyping import Float, Float16, Int8, Int64

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import open_features
from ethoprism_domains.probe.layout import SampleLayout
from ethoprism_domains.probe.source import FeatureSource, describe

SCENE = ""
_READ_WINDOWS = 512  # windows read at a time: what is needed beside X itself


@dataclass(frozen=True, eq=False)
class Recording:
    """One video whose windows are samples.

    Parameters
    ----------
    video
        Its name.
    frame_times
        The times of its frames, in seconds.
    individuals
        Whose samples there are; ``("",)`` for the whole scene.
    labels
        The label of every frame, -1 where nothing is known.
    """

    video: str
    frame_times: Float[np.ndarray, " time"]
    individuals: tuple[str, ...]
    labels: Int8[np.ndarray, "time individual behavior"]


@dataclass(frozen=True, eq=False)
class Samples:
    """What a probe is fitted on, and where each row came from.

    Parameters
    ----------
    X
        One row a sample, laid out by `layout`.
    y
        1 present, 0 absent, -1 unknown.
    groups
        The video of each sample, or what videos were grouped by (animal, site).
    layout
        What the columns of `X` are.
    behaviors
        What the columns of `y` are.
    source
        What made the features.
    recordings
        The videos.
    recording, individual, frame
        Of each sample: its recording (position), its individual there (position), and the middle
        frame of its window.
    windows
        Windows in a sample of a whole clip, whose recordings have a single time each; None where a
        sample is one window.
    """

    X: Float16[np.ndarray, "sample column"]
    y: Int8[np.ndarray, "sample behavior"]
    groups: np.ndarray
    layout: SampleLayout
    behaviors: tuple[str, ...]
    source: FeatureSource
    recordings: tuple[Recording, ...]
    recording: Int64[np.ndarray, " sample"]
    individual: Int64[np.ndarray, " sample"]
    frame: Int64[np.ndarray, " sample"]
    windows: int | None = None

    @property
    def per_individual(self) -> bool:
        """Whether each animal is a sample of its own."""
        return self.recordings[0].individuals != (SCENE,)

    def __len__(self) -> int:
        return len(self.X)


def gather_samples(
    features: Sequence[xr.Dataset | str | Path],
    labels: Sequence[xr.Dataset],
    groups: Sequence[str] | None = None,
) -> Samples:
    """Read the labelled windows of feature stores, with their labels.

    Windows whose middle frame has no label at all are left out, so memory is needed for labelled
    footage only; features stay float16.

    Parameters
    ----------
    features
        One store (or its path) a video.
    labels
        For each of them `labels (time, individual, behavior)`, all with the same behaviours.
    groups
        For each of them the animal, session or site it belongs to; the videos' names if not given.

    Raises
    ------
    EthoprismError
        If the lists do not correspond, the stores were made in different ways, labels do not fit
        their video or name individuals it does not have, or nothing is labelled.
    """
    stores = [opened(store) for store in features]
    source = common_source(stores, labels)
    behaviors = common_behaviors(stores, labels)
    recordings = [
        labelled_recording(store, own, store["frame_time"].values.astype(float))
        for store, own in zip(stores, labels, strict=True)
    ]
    per_individual = recordings[0].individuals != (SCENE,)
    layout = source.layout(common_individuals(stores, recordings), per_individual)
    names = [recording.video for recording in recordings]
    return _read(stores, recordings, layout, source, behaviors, list(groups or names))


def common_source(stores: Sequence[xr.Dataset], labels: Sequence[xr.Dataset]) -> FeatureSource:
    """Say what made the features; refuse stores made in different ways, or without labels.

    Raises
    ------
    EthoprismError
        If there are no stores, not as many labels, or stores differ.
    """
    if not stores or len(stores) != len(labels):
        raise EthoprismError(
            f"{len(stores)} feature stores and {len(labels)} sets of labels",
            "training samples",
            "give the labels of each video",
        )
    source = FeatureSource.of(stores[0])
    for store in stores[1:]:
        own = FeatureSource.of(store)
        source.require(own, describe(store), "embed all videos the same way")
        # windows of one length may be of different frames: gaps between folds must hold any
        source = max(source, own, key=lambda item: item.frame_step)
    return source


def opened(features: xr.Dataset | str | Path) -> xr.Dataset:
    """Open a feature store that is given by its path."""
    return features if isinstance(features, xr.Dataset) else open_features(features)


def individual_names(features: xr.Dataset, per_individual: bool) -> tuple[str, ...]:
    """Name whose samples a feature store holds; a store without individuals is one scene."""
    if not per_individual or "individual" not in features.dims:
        return (SCENE,)
    return tuple(str(name) for name in features["individual"].values)


def read_windows(
    features: xr.Dataset, windows: slice, per_individual: bool
) -> Float16[np.ndarray, "window individual column"]:
    """Read some windows of a store as rows of `X`: one an individual, or one for the scene."""
    part = features.isel(window=windows)
    tokens = part["features"].values
    if "individual" not in part["features"].dims:
        tokens = tokens[:, None]
    count, individuals = tokens.shape[:2]
    if FeatureSource.of(features).regions and not per_individual:
        joined = np.moveaxis(tokens, 1, -2)  # the regions of a token side by side
        return joined.reshape(count, 1, -1).astype(np.float16, copy=False)
    of_each = [tokens.reshape(count, individuals, -1)]
    if "trajectory" in part:
        limit = np.finfo(np.float16).max
        of_each.append(np.clip(part["trajectory"].values, -limit, limit))
    if not per_individual:
        of_each = [block.reshape(count, 1, -1) for block in of_each]
    return np.concatenate([block.astype(np.float16, copy=False) for block in of_each], axis=2)


def window_slices(features: xr.Dataset) -> list[slice]:
    """Divide a store's windows into parts that are small enough to hold beside the rest."""
    count = features.sizes["window"]
    return [slice(start, start + _READ_WINDOWS) for start in range(0, count, _READ_WINDOWS)]


def common_behaviors(stores: Sequence[xr.Dataset], labels: Sequence[xr.Dataset]) -> tuple[str, ...]:
    """Name the behaviours of labels; refuse labels of different ones."""
    expected = tuple(str(name) for name in labels[0]["behavior"].values)
    for store, own in zip(stores, labels, strict=True):
        names = tuple(str(name) for name in own["behavior"].values)
        if names != expected or not names:
            raise EthoprismError(
                f"labels of the behaviours {names} beside {expected}",
                store.attrs["video"],
                "use one ethogram for all videos",
            )
    return expected


def labelled_recording(
    features: xr.Dataset, labels: xr.Dataset, times: Float[np.ndarray, " time"]
) -> Recording:
    """Match the individuals of labels with those of a feature store.

    Parameters
    ----------
    times
        Of the labels, in seconds.

    Raises
    ------
    EthoprismError
        If there are not as many labels as times, or labels name individuals it does not have.
    """
    video = str(features.attrs["video"])
    values = labels["labels"].transpose("time", "individual", "behavior").values
    if len(values) != len(times):
        raise EthoprismError(
            f"labels of {len(values)} frames, features of {len(times)}",
            video,
            "embed the video that was labelled",
        )
    names = tuple(str(name) for name in labels["individual"].values)
    if names == (SCENE,) or (len(names) == 1 and "individual" not in features.dims):
        return Recording(video, times, (SCENE,), values)
    known = individual_names(features, per_individual=True)
    if len(names) == len(known) == 1:
        return Recording(video, times, known, values)
    if SCENE in names or set(names) - set(known):
        raise EthoprismError(
            f"labels of the individuals {names}, features of {known}",
            video,
            "use the names of the tracks, or label the whole scene",
        )
    aligned = np.full((len(times), len(known), values.shape[2]), -1, np.int8)
    aligned[:, [known.index(name) for name in names]] = values
    return Recording(video, times, known, aligned)


def common_individuals(stores: Sequence[xr.Dataset], recordings: Sequence[Recording]) -> int:
    """Count the individuals in one sample, which must be the same in all recordings."""
    scenes = {recording.individuals == (SCENE,) for recording in recordings}
    if len(scenes) > 1:
        raise EthoprismError(
            "labels of some videos name individuals and those of others do not",
            ", ".join(r.video for r in recordings if r.individuals == (SCENE,)),
            "name the subject of every bout, or of none",
        )
    counts = sorted({store.sizes.get("individual", 1) for store in stores})
    if scenes == {True} and len(counts) > 1:
        raise EthoprismError(
            f"scenes with different numbers of individuals: {counts}",
            "training samples",
            "follow the same number of animals in every video, or name the subject of every bout",
        )
    return counts[0] if scenes == {True} else 1


def _read(
    stores: Sequence[xr.Dataset],
    recordings: Sequence[Recording],
    layout: SampleLayout,
    source: FeatureSource,
    behaviors: tuple[str, ...],
    groups: Sequence[str],
) -> Samples:
    labels = [r.labels[s["window"].values] for r, s in zip(recordings, stores, strict=True)]
    known = [(own >= 0).any(axis=2) for own in labels]
    total = sum(int(own.sum()) for own in known)
    if total == 0:
        raise EthoprismError(
            "no window has a label",
            ", ".join(recording.video for recording in recordings),
            "label a few bouts, or embed with a smaller stride",
        )
    X = np.empty((total, layout.columns), np.float16)
    filled = 0
    for store, recording, own in zip(stores, recordings, known, strict=True):
        for windows in window_slices(store):
            if not own[windows].any():
                continue
            rows = read_windows(store, windows, recording.individuals != (SCENE,))[own[windows]]
            X[filled : filled + len(rows)] = rows
            filled += len(rows)
    window, individual = (
        np.concatenate(axis) for axis in zip(*map(np.nonzero, known), strict=True)
    )
    recording_of = np.repeat(np.arange(len(known)), [int(own.sum()) for own in known])
    centres = [store["window"].values for store in stores]
    return Samples(
        X=X,
        y=np.concatenate([own[mask] for own, mask in zip(labels, known, strict=True)]),
        groups=np.array([str(group) for group in groups])[recording_of],
        layout=layout,
        behaviors=behaviors,
        source=source,
        recordings=tuple(recordings),
        recording=recording_of,
        individual=individual,
        frame=np.array(
            [centres[r][w] for r, w in zip(recording_of.tolist(), window.tolist(), strict=True)]
        ),
    )
