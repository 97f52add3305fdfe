"""The bouts of a project that are worth a look first."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ethoprism.embedding import Stages, silently
from ethoprism.learning.adopting import read_project_predictions
from ethoprism.learning.coded import codings_of
from ethoprism.learning.places import features_folder, predictions_path, probe_path
from ethoprism.project import Project
from ethoprism_core.features import open_features
from ethoprism_core.features.store import stored_attributes
from ethoprism_domains.annotation.editing import Coding, Event, without
from ethoprism_domains.probe import PostProcessing, load_probe
from ethoprism_domains.review.candidates import Candidate, Queue
from ethoprism_domains.review.doubt import doubtful_bouts
from ethoprism_domains.review.missed import nearly_bouts
from ethoprism_domains.review.queueing import choose_queue
from ethoprism_domains.review.vectors import candidate_vectors

_LENGTH = 50
_MOST_UNSEEN = 0.5  # of an observed bout's frames
_MOST_COMPARED = 400  # only the most doubtful are looked at through the encoder's eyes


def review_queue(
    project: Project,
    probe: str,
    annotator: str,
    length: int = _LENGTH,
    stages: Stages = silently,
) -> Queue:
    """Choose what an annotator should look at first, over all predicted videos of a project.

    Candidates are the annotator's events of this probe that nobody has judged, and stretches where
    the probe nearly predicted something; what the annotator has observed is left out. They are
    ordered by doubt and by how unlike they are to the encoder (`ethoprism_domains.review`).

    Raises
    ------
    EthoprismError
        If there is no such probe, or predictions cannot be read.
    """
    processing = load_probe(probe_path(project, probe)).processing
    codings = codings_of(project, annotator)
    found: list[Candidate] = []
    vectors: list[np.ndarray | None] = []
    videos = [v.name for v in project.videos if predictions_path(project, probe, v.name).is_file()]
    with stages("choosing what to look at first", "videos") as progress:
        for number, video in enumerate(videos, start=1):
            predictions = read_project_predictions(project, probe, video)
            coding = codings.get(video, Coding(video))
            own = _candidates(coding, predictions, processing, probe)
            own = sorted(own, key=lambda item: -item.doubt)[:_MOST_COMPARED]
            found += own
            vectors += _vectors(project, video, predictions, own)
            if progress is not None:
                progress(number, len(videos))
    order = choose_queue(np.array([item.doubt for item in found]), _matrix(found, vectors), length)
    unjudged = sum(len(_unjudged(coding, probe)) for coding in codings.values())
    return Queue(tuple(found[at] for at in order), unjudged)


def _candidates(
    coding: Coding, predictions: xr.Dataset, processing: PostProcessing, probe: str
) -> list[Candidate]:
    bouts = doubtful_bouts(_unjudged(coding, probe), predictions, processing, coding.video)
    return bouts + nearly_bouts(
        predictions, processing, coding.video, coding.in_order(), coding.observed
    )


def _vectors(
    project: Project, video: str, predictions: xr.Dataset, candidates: list[Candidate]
) -> list[np.ndarray | None]:
    """Give what each looks like to the encoder; None where its features are gone."""
    store = _feature_store(project, video, predictions.attrs)
    if store is None or not candidates:
        return [None] * len(candidates)
    return list(candidate_vectors(open_features(store), candidates))


def _feature_store(project: Project, video: str, made_of: Mapping[Any, Any]) -> Path | None:
    """Find the feature store that predictions were made of, by their attributes."""
    folder = features_folder(project) / str(made_of.get("encoder", ""))
    fingerprint = str(made_of.get("video_fingerprint", ""))
    stem = project.path_of(video).stem
    for path in (folder / f"{stem}.zarr", folder / f"{stem}-{fingerprint[:8]}.zarr"):
        if stored_attributes(path).get("video_fingerprint") == fingerprint:
            return path
    return None


def _matrix(candidates: list[Candidate], vectors: list[np.ndarray | None]) -> np.ndarray:
    """Stack what all look like; where that is not known of all, what they are said to be."""
    known = [vector for vector in vectors if vector is not None]
    if len(known) == len(vectors) and len({len(vector) for vector in known}) == 1:
        return np.stack(known)
    names = sorted({item.behavior for item in candidates})
    said = [[item.behavior == name for name in names] for item in candidates]
    sure = [[item.probability] for item in candidates]
    return np.hstack([np.reshape(said, (len(said), -1)), np.reshape(sure, (len(sure), -1))])


def _unjudged(coding: Coding, probe: str) -> list[Event]:
    """Give the probe's events that nobody has judged, nor coded the frames of."""
    return [
        event
        for event in coding.in_order()
        if event.labeling_method == "automated"
        and event.model == probe
        and not _is_observed(event, coding)
    ]


def _is_observed(event: Event, coding: Coding) -> bool:
    span = event.start_frame, event.last_frame
    unseen = sum(stop - start for start, stop in without([span], coding.observed))
    return unseen <= _MOST_UNSEEN * (span[1] - span[0])
