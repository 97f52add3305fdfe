"""A probe's predictions become events of an annotator, to be judged one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from ethoprism.learning.places import predictions_path
from ethoprism.predictions import load_predictions
from ethoprism.project import Project
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.annotation.editing import Change, Event, take_in
from ethoprism_domains.annotation.editing.records import events_from_table
from ethoprism_domains.annotation.predictions import predicted_bouts


def predicted_events(project: Project, probe: str, video: str) -> tuple[Event, ...]:
    """Give the bouts that a probe has predicted for a video, as the project's ethogram allows.

    Those of a behaviour or subject that the ethogram does not have (any more) are left out.

    Raises
    ------
    EthoprismError
        If there are no such predictions, or they cannot be read.
    """
    predictions = read_project_predictions(project, probe, video)
    known = [name in project.ethogram for name in predictions["behavior"].values.tolist()]
    kept = predictions.isel(behavior=np.flatnonzero(known))
    events = events_from_table(predicted_bouts(kept, project.ethogram))
    return tuple(_allowed(events, project.ethogram))


def adopt_predictions(
    project: Project, probe: str, videos: Sequence[str], annotator: str
) -> dict[str, Change]:
    """Let predictions become events of an annotator in videos that nobody has open.

    Earlier predictions of the probe that nobody has judged are replaced (`take_in`); it is one
    action that can be undone, in each video.

    Returns
    -------
    What it changed in each video.
    """
    changes = {}
    for video in videos:
        events = predicted_events(project, probe, video)
        times = read_project_predictions(project, probe, video)["time"].values.astype(float)
        given = {"frame_times": times, "rewrite_after": None}
        with project.store(video, annotator, **given) as store:
            changes[video] = store.do(take_in, events, probe)
    return changes


def read_project_predictions(project: Project, probe: str, video: str) -> xr.Dataset:
    """Read what a probe has predicted for a video of a project.

    Raises
    ------
    EthoprismError
        If there are no predictions, or they cannot be read.
    """
    return load_predictions(predictions_path(project, probe, video))


def _allowed(events: Sequence[Event], ethogram: Ethogram) -> Iterator[Event]:
    """Keep the events that the ethogram allows; a behaviour of the scene has no subject."""
    subjects = ethogram.subject_names
    for event in events:
        if event.subject and not ethogram[event.behavior].per_subject:
            yield replace(event, subject="")
        elif not event.subject or not subjects or event.subject in subjects:
            yield event
