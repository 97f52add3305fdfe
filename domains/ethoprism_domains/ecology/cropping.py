"""Clips of a data set as the square around their surest animal, by the boxes of a detector."""

from dataclasses import replace

import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_core.video.tracks import make_tracks
from ethoprism_domains.base import Dataset, Finding, Recording
from ethoprism_domains.ecology.detection_tracks import JoinSettings, tracks_from_detections
from ethoprism_domains.ecology.megadetector import Detections


def crop_to_detections(
    dataset: Dataset, detections: Detections, settings: JoinSettings | None = None
) -> Dataset:
    """Give a data set whose clips show the square around their surest animal.

    A clip in which the detector found no animal, or that it did not see, shows the whole picture.

    Parameters
    ----------
    settings
        How boxes become tracks; the threshold that the file recommends if not given.

    Returns
    -------
    The data set with tracks, and findings of clips that the detector did not see.

    Raises
    ------
    EthoprismError
        If the data set's samples are no whole clips.
    """
    if dataset.habits.sampling.kind != "clip":
        told = "boxes of a detector are for samples that are whole clips"
        raise EthoprismError(told, dataset.name, "leave the detector's file out")
    chosen = replace(settings or JoinSettings(threshold=detections.typical), most=1)
    recordings, unseen, empty = [], [], []
    for item in dataset.recordings:
        if item.video is None:
            recordings.append(item)
            continue
        file = detections.find(item.name)
        tracks = _tracks(item, file, detections, chosen)
        if file not in detections.frames:
            unseen.append(item.name)
        elif tracks is None:
            empty.append(item.name)
        recordings.append(item if tracks is None else replace(item, tracks=tracks))
    whole = [_whole(item) for item in recordings]
    sampling = replace(dataset.habits.sampling, cropped=True)
    return replace(
        dataset,
        recordings=tuple(whole),
        habits=replace(dataset.habits, sampling=sampling),
        findings=(*dataset.findings, *_findings(dataset.name, unseen, empty)),
    )


def _tracks(
    item: Recording, file: str | None, detections: Detections, settings: JoinSettings
) -> xr.Dataset | None:
    if item.video is None or file is None or file not in detections.frames:
        return None
    try:
        with Video(item.video) as video:
            times, size = video.times, video.size
    except EthoprismError:  # the check tells what is wrong with it
        return None
    boxes, frames = detections.of(file), detections.frames[file]
    return tracks_from_detections(boxes, frames, times, size, settings)


def _whole(item: Recording) -> Recording:
    """Give a clip without a track one that is its whole picture."""
    if item.tracks is not None or item.video is None:
        return item
    try:
        with Video(item.video) as video:
            times, size = video.times, video.size
    except EthoprismError:
        return item
    height, width = size
    place = np.tile(np.array([width / 2, height / 2])[:, None], (len(times), 1, 1))
    shape = np.tile(np.array([float(width), float(height)])[:, None], (len(times), 1, 1))
    unseen = np.zeros((len(times), 1))
    tracks = make_tracks(times, place, shape, unseen, ["animal-1"], picture_size=list(size))
    return replace(item, tracks=tracks)


def _findings(name: str, unseen: list[str], empty: list[str]) -> tuple[Finding, ...]:
    told = (
        (unseen, "the detector's file has no result for these clips", True),
        (empty, "the detector found no animal: the whole picture is shown", False),
    )
    return tuple(
        Finding("detections", name, f"{what}, first {clips[0]!r}", len(clips), wrong)
        for clips, what, wrong in told
        if clips
    )
