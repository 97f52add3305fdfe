"""Samples that are whole clips: all windows of a video together, pooled by the probe's attention.

A row of `X` holds the windows of a clip in the places of individuals, whom every probe treats
alike: which window comes first does not matter, and the probe attends to the tokens of all of them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from jaxtyping import Float16

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.grid import evenly
from ethoprism_domains.probe.samples import (
    SCENE,
    Samples,
    common_behaviors,
    common_individuals,
    common_source,
    labelled_recording,
    opened,
    read_windows,
)
from ethoprism_domains.probe.source import FeatureSource

MOST_WINDOWS = 32  # of a clip; longer clips are looked at this often, evenly
_ONE_TIME = np.zeros(1)


def gather_clips(
    features: Sequence[xr.Dataset | str | Path],
    labels: Sequence[xr.Dataset],
    groups: Sequence[str] | None = None,
    windows: int | None = None,
) -> Samples:
    """Read clips as samples: one a clip, or one a clip and individual if labels name subjects.

    Parameters
    ----------
    features
        One store (or its path) a clip.
    labels
        For each of them `labels (time, individual, behavior)` with a single time, as `clip_labels`
        gives.
    groups
        For each of them the animal, session or site it belongs to; the videos' names if not given.
    windows
        Windows in a sample; if not given, those of the longest clip, `MOST_WINDOWS` at most. A
        clip that has more is thinned evenly; one that has fewer repeats them evenly.

    Raises
    ------
    EthoprismError
        If the lists do not correspond, the stores were made in different ways, labels are not one
        a clip or name individuals it does not have, or nothing is labelled.
    """
    stores = [opened(store) for store in features]
    source = common_source(stores, labels)
    behaviors = common_behaviors(stores, labels)
    recordings = [
        labelled_recording(store, own, _ONE_TIME) for store, own in zip(stores, labels, strict=True)
    ]
    count = windows or min(MOST_WINDOWS, max(store.sizes["window"] for store in stores))
    known = [(one.labels[0] >= 0).any(axis=1) for one in recordings]
    if not any(own.any() for own in known):
        videos = ", ".join(one.video for one in recordings)
        raise EthoprismError("no clip has a label", videos, "label some clips")
    of = np.repeat(np.arange(len(known)), [int(own.sum()) for own in known])
    names = [one.video for one in recordings]
    return Samples(
        X=np.concatenate(
            [
                clip_rows(store, source, count, one.individuals != (SCENE,))[own]
                for store, one, own in zip(stores, recordings, known, strict=True)
                if own.any()
            ]
        ),
        y=np.concatenate([one.labels[0][own] for one, own in zip(recordings, known, strict=True)]),
        groups=np.array([str(group) for group in groups or names])[of],
        layout=source.layout(
            count * common_individuals(stores, recordings),
            recordings[0].individuals != (SCENE,),
        ),
        behaviors=behaviors,
        source=source,
        recordings=tuple(recordings),
        recording=of,
        individual=np.concatenate([np.flatnonzero(own) for own in known]),
        frame=np.zeros(len(of), np.int64),
        windows=count,
    )


def clip_rows(
    features: xr.Dataset, source: FeatureSource, windows: int, per_individual: bool
) -> Float16[np.ndarray, "individual column"]:
    """Lay a clip's windows out as rows of `X`: one an individual, or one for the scene."""
    chosen = evenly(windows, features.sizes["window"])
    kept, place = np.unique(chosen, return_inverse=True)
    part = features.isel(window=kept)
    rows = read_windows(part, slice(0, len(kept)), per_individual)[place]
    within = 1 if per_individual else features.sizes.get("individual", 1)
    layout = source.layout(within, per_individual)
    tokens, trajectory = np.split(rows, [layout.token_columns], axis=2)
    of_each = [
        np.moveaxis(block, 0, 1).reshape(rows.shape[1], -1) for block in (tokens, trajectory)
    ]
    return np.concatenate(of_each, axis=1)
