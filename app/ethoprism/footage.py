"""Labelled footage, embedded: what a probe is trained and scored on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr

from ethoprism.embedding import Recipe, Stages, embed_file
from ethoprism.study import Study
from ethoprism_core.features import open_features
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.annotation.labels import known_individuals
from ethoprism_domains.probe import Samples, gather_clips, gather_samples

_SCENE = ("",)


@dataclass(frozen=True, eq=False)
class Footage:
    """The videos of a study with their features and labels, in one order.

    Parameters
    ----------
    study
        What is known of the videos.
    features
        Each video's open feature store.
    labels
        Each video's labels, one a frame; where whole clips are samples, a single one.
    tracks
        Each video's file of tracks, where its animals were followed.
    notices
        What the user should know, with the video's name in front.
    whole_clips
        Whether a sample is a whole video, and not a window of it.
    """

    study: Study
    features: tuple[xr.Dataset, ...]
    labels: tuple[xr.Dataset, ...]
    tracks: tuple[Path | None, ...]
    notices: tuple[str, ...]
    whole_clips: bool = False

    @property
    def groups(self) -> list[str]:
        """Each video's group."""
        return [self.study.groups[video] for video in self.study.paths]

    @property
    def fingerprints(self) -> dict[str, str]:
        """The content of each video file, by the video's name."""
        stores = zip(self.study.paths, self.features, strict=True)
        return {video: str(store.attrs["video_fingerprint"]) for video, store in stores}

    def samples(self) -> Samples:
        """Read the labelled windows, or the labelled clips."""
        gather = gather_clips if self.whole_clips else gather_samples
        return gather(self.features, self.labels, self.groups)


def embed_study(study: Study, recipe: Recipe, stages: Stages) -> Footage:
    """Embed the videos of a study, as far as they are not yet, and lay their labels beside.

    Raises
    ------
    EthoprismError
        At the first video that cannot be embedded: nothing is left out in silence.
    """
    embedded = [
        embed_file(path, _own_recipe(recipe, study, video), stages)
        for video, path in study.paths.items()
    ]
    features = tuple(open_features(item.features) for item in embedded)
    notices = [
        f"{video}: {notice}"
        for video, item in zip(study.paths, embedded, strict=True)
        for notice in item.notices
    ]
    labels, about_labels = _lay_labels(study, features)
    tracks = tuple(item.tracks for item in embedded)
    return Footage(study, features, labels, tracks, (*notices, *about_labels))


def _own_recipe(recipe: Recipe, study: Study, video: str) -> Recipe:
    """Give a video its own tracks and regions."""
    regions = study.regions.get(video, recipe.settings.regions)
    settings = replace(recipe.settings, regions=regions)
    return replace(recipe, settings=settings, tracks=study.tracks.get(video, recipe.tracks))


def _lay_labels(
    study: Study, features: Sequence[xr.Dataset]
) -> tuple[tuple[xr.Dataset, ...], list[str]]:
    """Give each frame its labels: of each animal if tracks tell them apart, else of the scene."""
    subjects = [_subjects(study, video) for video in study.paths]
    told_apart = all(
        _are_told_apart(named, store) for named, store in zip(subjects, features, strict=True)
    )
    labels = tuple(
        frame_labels(
            study.annotations,
            video,
            store["frame_time"].values.astype(np.float64),
            individuals=(named or _stand_ins(study, store)) if told_apart else _SCENE,
            point_reach=int(store.attrs["stride"]) // 2,
        )
        for video, named, store in zip(study.paths, subjects, features, strict=True)
    )
    several = any(len(named) > 1 for named in subjects)
    lost = several and not told_apart
    return labels, [_LOST] if lost else []


_LOST = (
    "the labels tell animals apart by names that the tracks do not have: the probe learns what "
    "happens in the scene, not who does it"
)


def _subjects(study: Study, video: str) -> list[str]:
    events = study.annotations.events
    return sorted(events.loc[events["video"] == video, "subject"].unique())


def _stand_ins(study: Study, features: xr.Dataset) -> list[str]:
    """Name whom to say that nothing was seen of, in a video without events."""
    everybody = known_individuals(study.annotations)
    followed = [name for name in features["individual"].values.tolist() if name in everybody]
    return followed or list(everybody[:1])


def _are_told_apart(subjects: Sequence[str], features: xr.Dataset) -> bool:
    """Say whether labels of these subjects can be matched with the animals that were followed."""
    if "individual" not in features.dims or "" in subjects:
        return False
    known = set(features["individual"].values.tolist())
    return set(subjects) <= known or len(subjects) <= len(known) == 1
