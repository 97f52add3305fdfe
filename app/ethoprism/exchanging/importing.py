"""Read a label file for one video of a project: its events, and what the ethogram lacks of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.editing.records import events_from_table
from ethoprism_domains.formats import LossReport, Reading, read_events

_LONGEST = 3_000_000  # frames; of videos that are not looked at, only the rate is assumed


class SeveralVideosError(EthoprismError):
    """A file holds labels of several videos, and it is not clear which is meant: one of `names`."""

    def __init__(self, names: tuple[str, ...], video: str, path: str | Path) -> None:
        told = f"it holds labels of {len(names)} videos, none of them clearly {video}"
        super().__init__(told, path, f"choose among {', '.join(names)}")
        self.names = names


@dataclass(frozen=True)
class Incoming:
    """What a label file says of one video.

    Parameters
    ----------
    events, seen
        Events, and the stretches of frames that were observed.
    source
        The video's name in the file.
    sources
        All the names of videos in the file.
    behaviors, subjects
        Those of the events that the ethogram lacks, as the file describes them.
    losses
        What of the file could not be read.
    known
        How many events were there already, and are not among these.
    """

    events: tuple[Event, ...]
    seen: tuple[tuple[int, int], ...]
    source: str
    sources: tuple[str, ...]
    behaviors: tuple[Behavior, ...]
    subjects: tuple[Subject, ...]
    losses: LossReport
    known: int

    def without(self, names: Iterable[str]) -> "Incoming":
        """Leave out the events of some behaviours."""
        left_out = set(names)
        kept = tuple(event for event in self.events if event.behavior not in left_out)
        return replace(self, events=kept, behaviors=())


def read_labels(
    path: str | Path,
    video: str,
    times: Float[np.ndarray, " time"],
    ethogram: Ethogram,
    present: Iterable[Event] = (),
    *,
    source: str | None = None,
    observed: str = "whole",
) -> Incoming:
    """Read what a label file of any format says of one video.

    Parameters
    ----------
    video, times
        The video, and its frame times.
    ethogram
        What events will have to fit.
    present
        Events that are there already: alike ones in the file are left out.
    source
        The video's name in the file; found by itself where it is plain.
    observed
        Which frames count as observed where the file does not tell, see `read_events`.

    Raises
    ------
    SeveralVideosError
        If the file does not name this video among several.
    EthoprismError
        If the file cannot be read.
    """
    options = _Options(video, times, observed)
    chosen = source
    reading = options.read(path, chosen)
    if chosen is None:
        chosen = _source(reading.videos, video, path)
        if chosen and not _is_same(chosen, video):
            reading = options.read(path, chosen)  # now that it is known whose the frame times are
    own = reading.of_video(chosen)
    found = events_from_table(own.events)
    there = {_what(event) for event in present}
    fresh = tuple(event for event in found if _what(event) not in there)
    spans = own.observed[["start_frame", "stop_frame"]].to_numpy().tolist()
    return Incoming(
        fresh,
        tuple((int(start), int(stop)) for start, stop in spans),
        chosen,
        tuple(reading.videos),
        _lacking(fresh, reading.ethogram, ethogram),
        _strangers(fresh, ethogram),
        reading.losses,
        len(found) - len(fresh),
    )


def extended(
    ethogram: Ethogram, behaviors: Iterable[Behavior], subjects: Iterable[Subject] = ()
) -> Ethogram:
    """Add behaviours and subjects; colours and keys that are taken are given anew.

    Raises
    ------
    EthoprismError
        If one of the names is there already.
    """
    colors = {behavior.color for behavior in ethogram}
    keys = {behavior.key for behavior in ethogram} | {one.key for one in ethogram.subjects}
    added = []
    for behavior in behaviors:
        is_free = behavior.key not in keys
        keys |= {behavior.key}
        color = "" if behavior.color in colors else behavior.color
        added.append(replace(behavior, key=behavior.key if is_free else "", color=color))
    known = {behavior.name for behavior in (*ethogram, *added)}
    fitting = [
        replace(item, excludes=tuple(name for name in item.excludes if name in known))
        for item in added
    ]
    return Ethogram((*ethogram, *fitting), (*ethogram.subjects, *subjects))


@dataclass(frozen=True, eq=False)
class _Options:
    """How a file is read: with the frame times of the video that is meant."""

    video: str
    times: np.ndarray
    observed: str

    def read(self, path: str | Path, source: str | None) -> Reading:
        times = self.times
        rate = (len(times) - 1) / float(times[-1]) if len(times) > 1 and times[-1] > 0 else 30.0
        elsewhere = np.arange(_LONGEST) / rate

        def frame_times(name: str) -> np.ndarray:
            return times if name == source or _is_same(name, self.video) else elsewhere

        return read_events(path, video=self.video, frame_times=frame_times, observed=self.observed)


def _source(names: tuple[str, ...], video: str, path: str | Path) -> str:
    matching = [name for name in names if _is_same(name, video)]
    if len(matching) == 1:
        return matching[0]
    if len(names) <= 1:
        return names[0] if names else ""
    raise SeveralVideosError(names, video, path)


def _is_same(name: str, video: str) -> bool:
    one, other = (PurePosixPath(text.replace("\\", "/")) for text in (name, video))
    return one.name == other.name or one.stem == other.stem


def _what(event: Event) -> tuple[object, ...]:
    return (
        event.subject,
        event.behavior,
        event.start_frame,
        event.stop_frame,
        event.judgement,
        event.modifiers,
    )


def _lacking(
    events: Iterable[Event], described: Ethogram, ethogram: Ethogram
) -> tuple[Behavior, ...]:
    names = dict.fromkeys(event.behavior for event in events)
    return tuple(described[name] for name in names if name not in ethogram)


def _strangers(events: Iterable[Event], ethogram: Ethogram) -> tuple[Subject, ...]:
    """Name the subjects that the ethogram lacks; one without subjects takes any."""
    if not ethogram.subjects:
        return ()
    known = {"", *ethogram.subject_names}
    names = dict.fromkeys(event.subject for event in events)
    return tuple(Subject(name) for name in names if name not in known)
