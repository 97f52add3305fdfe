"""Events to one label a frame, and back.

A label is 1 (present), 0 (absent) or -1 (unknown). Frames outside the observed intervals are
unknown, whatever was coded there. Inside, a frame of which nothing is said is absent; where
judgements meet, unsure outweighs present, and present outweighs absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Bool, Float, Int

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.ethogram import Ethogram
from ethoprism_domains.annotation.events import Annotations, make_events, make_observed
from ethoprism_domains.annotation.timing import frames_to_seconds
from ethoprism_domains.annotation.validation import length_problems, refuse

# painted in this order, so that the later outweighs the earlier
_LABELS = {"absent": 0, "present": 1, "unsure": -1}


def frame_labels(
    annotations: Annotations,
    video: str,
    frame_times: Float[np.ndarray, " time"],
    behaviors: Sequence[str] | None = None,
    individuals: Sequence[str] | None = None,
    point_reach: int = 0,
) -> xr.Dataset:
    """Give each frame of a video a label for each behaviour and individual.

    Parameters
    ----------
    annotations
        Events of any number of videos.
    video
        The one that is meant, by its name in the events.
    frame_times
        Its frame times in seconds.
    behaviors
        Which, in which order; all of the ethogram if not given.
    individuals
        Which, in which order; `known_individuals` if not given. ``[""]`` is the whole scene: then
        every event counts, whoever did it.
    point_reach
        A point event marks its frame and this many frames before and after it.

    Returns
    -------
    A dataset with `labels (time, individual, behavior)` int8; coords `time` in seconds and `frame`
    along time, `individual`, `behavior`; the attribute `video`.

    Raises
    ------
    EthoprismError
        If a behaviour or individual is unknown, or an event lies beyond the video's end.
    """
    count = len(frame_times)
    events = annotations.events[annotations.events["video"] == video]
    observed = annotations.observed[annotations.observed["video"] == video]
    refuse([*length_problems(events, {video: count})], f"the events of {video}:")
    whole_scene = individuals is not None and list(individuals) == [""]
    if not whole_scene:
        individuals = _chosen(individuals, known_individuals(annotations), "individual")
    behaviors = _chosen(behaviors, annotations.ethogram.names, "behaviour")
    events = events.assign(subject="") if whole_scene else events
    labels = np.zeros((count, len(individuals or ()), len(behaviors)), np.int8)
    for where, label in _marks(events, list(individuals or ()), behaviors, point_reach):
        labels[where] = label
    labels[~_observed_frames(observed, count)] = -1
    coords = {
        "time": frame_times,
        "frame": ("time", np.arange(count)),
        "individual": np.array(individuals, dtype=object).astype(str),
        "behavior": np.array(behaviors, dtype=object).astype(str),
    }
    dims = ("time", "individual", "behavior")
    return xr.Dataset({"labels": (dims, labels)}, coords=coords, attrs={"video": video})


def known_individuals(annotations: Annotations) -> tuple[str, ...]:
    """Name the individuals that annotations tell apart.

    The ethogram's subjects, then those that only events name, then ``""`` if some events name none.
    If no event names any, the labels concern the whole scene: only ``""``.
    """
    seen = list(annotations.events["subject"].unique())
    if seen == [""]:
        return ("",)
    names = dict.fromkeys([*annotations.ethogram.subject_names, *filter(None, seen)])
    return (*names, *([""] if "" in seen or not names else []))


def annotations_from_labels(
    labels: xr.DataArray,
    video: str,
    ethogram: Ethogram,
    provenance: Mapping[str, object] | None = None,
) -> Annotations:
    """Turn labels back into events and observed intervals; the reverse of `frame_labels`.

    A frame was observed where any label is known; unknown labels there become unsure events.

    Parameters
    ----------
    labels, video, ethogram, provenance
        As for `bouts_from_labels`.
    """
    values = labels.transpose("time", "individual", "behavior").to_numpy()
    observed = (values != -1).any(axis=(1, 2))
    spans = [
        {"video": video, "start_frame": start, "stop_frame": stop}
        for start, stop in runs(observed).tolist()
    ]
    unsure = ((labels == -1) & xr.DataArray(observed, dims="time")).astype(np.int8)
    said = dict(provenance or {})
    tables = [
        bouts_from_labels(labels, video, ethogram, provenance=said),
        bouts_from_labels(unsure, video, provenance=said | {"judgement": "unsure"}),
    ]
    events = pd.concat([table for table in tables if len(table)] or tables[:1])
    return Annotations(events, make_observed(spans), ethogram)


def bouts_from_labels(
    labels: xr.DataArray,
    video: str,
    ethogram: Ethogram | None = None,
    probability: xr.DataArray | None = None,
    provenance: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    """Make an event of each run of frames in which a behaviour is present.

    Parameters
    ----------
    labels
        `(time, individual, behavior)`, 1 where present, with its coords; `time` in seconds.
    video
        The events' video.
    ethogram
        Says which are point behaviours: a run of one is a single point event in its middle.
    probability
        Of the same shape; an event's confidence is its mean over the event's frames.
    provenance
        Further columns, one value for all events, such as `labeling_method` or `model`.

    Returns
    -------
    The event table, sorted by start.
    """
    points = {item.name for item in ethogram or () if item.kind == "point"}
    same = {"video": video, **(provenance or {})}
    records: list[dict[str, Any]] = []
    for individual in labels["individual"].to_numpy().tolist():
        for behavior in labels["behavior"].to_numpy().tolist():
            at = {"individual": individual, "behavior": behavior}
            certainty = None if probability is None else probability.sel(at).to_numpy()
            for start, stop in runs(labels.sel(at).to_numpy() == 1).tolist():
                span = _span(start, stop, behavior in points, certainty)
                records.append({**same, "subject": individual, "behavior": behavior, **span})
    events = make_events(records).sort_values(["start_frame", "subject", "behavior"])
    return with_seconds(events.reset_index(drop=True), labels["time"].to_numpy().astype(float))


def with_seconds(events: pd.DataFrame, frame_times: Float[np.ndarray, " time"]) -> pd.DataFrame:
    """Derive the seconds of one video's events from their frames."""
    return events.assign(
        start_s=frames_to_seconds(events["start_frame"].to_numpy(), frame_times),
        stop_s=frames_to_seconds(events["stop_frame"].to_numpy(), frame_times),
    )


def runs(
    mask: Bool[np.ndarray, " time"], frames: Int[np.ndarray, " time"] | None = None
) -> Int[np.ndarray, "run 2"]:
    """Find the runs of true entries, as half-open `(start, stop)`.

    Parameters
    ----------
    frames
        The frame number of each entry, increasing; a gap in it ends a run. Positions if not given.
    """
    frames = np.arange(len(mask)) if frames is None else frames
    joined = mask[1:] & mask[:-1] & (np.diff(frames) == 1)
    starts = frames[mask & ~np.concatenate([[False], joined])[: len(mask)]]
    stops = frames[mask & ~np.concatenate([joined, [False]])[: len(mask)]] + 1
    return np.stack([starts, stops], axis=1)


def _span(
    start: int, stop: int, is_point: bool, certainty: np.ndarray | None
) -> dict[str, int | float]:
    middle = (start + stop - 1) // 2
    first, last = (middle, middle) if is_point else (start, stop)
    span: dict[str, int | float] = {"start_frame": first, "stop_frame": last}
    if certainty is not None:
        span["confidence"] = float(np.clip(certainty[start:stop].mean(), 0, 1))
    return span


def _chosen(given: Sequence[str] | None, known: Sequence[str], what: str) -> list[str]:
    chosen = list(known if given is None else given)
    for name in chosen:
        if name not in known:
            listed = ", ".join(repr(item) for item in known)
            raise EthoprismError(
                f"unknown {what} {name!r}",
                None,
                f"choose among {listed}, or add it to the ethogram",
            )
    return chosen


def _observed_frames(observed: pd.DataFrame, count: int) -> Bool[np.ndarray, " time"]:
    frames = np.zeros(count, bool)
    for start, stop in observed[["start_frame", "stop_frame"]].to_numpy().tolist():
        frames[start:stop] = True
    return frames


def _marks(
    events: pd.DataFrame, individuals: list[str], behaviors: list[str], point_reach: int
) -> Iterator[tuple[tuple[slice, int, int], int]]:
    """Yield what to paint with which label, in the order of `_LABELS`."""
    wanted = events[events["subject"].isin(individuals) & events["behavior"].isin(behaviors)]
    for judgement, label in _LABELS.items():
        chosen = wanted[wanted["judgement"] == judgement]
        point = (chosen["kind"] == "point").to_numpy()
        start = chosen["start_frame"].to_numpy() - np.where(point, point_reach, 0)
        stop = chosen["stop_frame"].to_numpy() + np.where(point, point_reach + 1, 0)
        spans = zip(np.maximum(start, 0).tolist(), stop.tolist(), strict=True)
        names = zip(chosen["subject"], chosen["behavior"], strict=True)
        for (first, last), (subject, behavior) in zip(spans, names, strict=True):
            yield (slice(first, last), individuals.index(subject), behaviors.index(behavior)), label
