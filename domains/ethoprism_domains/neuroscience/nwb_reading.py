"""A session out of an NWB file: its videos on the session's clock, behaviour, poses and signals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PureWindowsPath

import h5py
import numpy as np
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.nwb_poses import pose_groups
from ethoprism_domains.annotation import Annotations
from ethoprism_domains.annotation.merging import renamed
from ethoprism_domains.base import (
    Finding,
    Recording,
    RecordingClock,
    SignalFile,
    times_of_video,
)
from ethoprism_domains.formats import read_events
from ethoprism_domains.formats.hdf5 import read_hdf5
from ethoprism_domains.formats.nwb.found import FoundVideo, find_videos
from ethoprism_domains.formats.nwb.layout import PLACEHOLDERS, UNKNOWN_START
from ethoprism_domains.formats.nwb.reading import tells_of_behavior
from ethoprism_domains.neuroscience.session_files import ABOUT, OF_ANIMAL, SessionFiles
from ethoprism_domains.neuroscience.session_recordings import (
    NOTHING,
    Found,
    match_video,
    times_by_name,
)
from ethoprism_domains.neuroscience.signal_files import series_names

_UNKNOWN = ("", "unknown")


@dataclass(frozen=True, eq=False)
class _Contents:
    """What an NWB file holds beside behaviour."""

    videos: Mapping[Path, FoundVideo]
    start: datetime | None
    session: str
    subject: str
    has_poses: bool
    series: tuple[str, ...]
    has_behavior: bool
    about: Mapping[str, str]


def read_nwb_session(session: SessionFiles, found: Found) -> None:
    """Read a session of an NWB file, and add its recordings and findings.

    A video's frames have the seconds of its `timestamps`, or of its rate; poses stay in the file,
    as `read_tracks` reads them from there; signals are all its series, and `units` its spikes.

    Raises
    ------
    EthoprismError
        If it is no NWB file, or damaged.
    """
    path = session.nwb
    assert path is not None
    held = read_hdf5(path, _contents, bounded=False)
    times = {video: times_of_video(video) for video in held.videos}
    labels = _labels(path, session.name, held, times, found)
    signals = {_short(name, held.series): SignalFile(path, name) for name in held.series}
    recording = Recording(
        found.name_of(path),
        None,
        labels.get(None, NOTHING),
        _subjects(labels.get(None, NOTHING)),
        _groups(session, held),
        metadata={**held.about, **session.about},
        regions=session.regions,
        signals=signals,
    )
    if not held.videos:
        found.recordings.append(recording)
    for video, series in held.videos.items():
        name = found.name_of(video, session.name)
        own = labels.get(video, NOTHING)
        seconds = _clock(series, times[video])
        if seconds is None:
            told = "the file does not tell when its frames were taken"
            found.findings.append(Finding("no clock", name, told))
        found.recordings.append(
            replace(
                recording,
                name=name,
                video=video,
                annotations=own,
                individuals=_subjects(own),
                tracks=path if held.has_poses else None,
                clock=RecordingClock(seconds, session.start or _first(held.start, seconds)),
            )
        )


def _groups(session: SessionFiles, held: _Contents) -> dict[str, str]:
    groups = {"session": held.session or session.name, **session.groups}
    return groups if held.subject in _UNKNOWN else {"animal": held.subject, **groups}


def nwb_videos(path: Path) -> tuple[Path, ...]:
    """Give the videos that an NWB file refers to.

    Raises
    ------
    EthoprismError
        If it is damaged.
    """
    return tuple(read_hdf5(path, _contents, bounded=False).videos)


def _contents(path: Path) -> _Contents:
    with h5py.File(path) as file:
        if "nwb_version" not in file.attrs:
            raise EthoprismError("the file is no NWB", path, "export it again")
        videos = find_videos(file, path).values()
        return _Contents(
            {_place(item, path): item for item in videos if item.files},
            _start(file),
            _text(file, "general/session_id"),
            _text(file, "general/subject/subject_id"),
            bool(pose_groups(file)),
            tuple(series_names(file)),
            tells_of_behavior(file, path),
            dict(_about(file)),
        )


def _place(video: FoundVideo, path: Path) -> Path:
    """Find a video where the file says, from its own folder, or beside the file."""
    told = video.files[0].replace("\\", "/")
    place = path.parent / told
    beside = path.parent / PureWindowsPath(told).name
    return beside if beside.is_file() and not place.is_file() else place


def _start(file: h5py.File) -> datetime | None:
    """Give the time that seconds count from; None if it is a placeholder."""
    key = "timestamps_reference_time"
    text = _text(file, key if key in file else "session_start_time")
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    start = start if start.tzinfo is not None else start.replace(tzinfo=UTC)
    return None if start == UNKNOWN_START else start


def _first(start: datetime | None, seconds: np.ndarray | None) -> datetime | None:
    """Give the time of the first frame on the wall's clock."""
    if start is None or seconds is None or not len(seconds):
        return start
    return start + timedelta(seconds=float(seconds[0]))


def _about(file: h5py.File) -> Iterator[tuple[str, str]]:
    """Yield what the file tells of the animal and the lab."""
    for key in ABOUT:
        place = "general/subject" if key in OF_ANIMAL else "general"
        text = _text(file, f"{place}/{key}")
        if text and (key, text) not in PLACEHOLDERS:
            yield key, text


def _text(file: h5py.File, key: str) -> str:
    value = file[key][()] if key in file else b""
    if isinstance(value, np.ndarray):
        value = value.ravel()[0] if value.size else b""
    return value.decode() if isinstance(value, bytes) else str(value)


def _clock(
    series: FoundVideo, times: Float[np.ndarray, " time"] | None
) -> Float[np.ndarray, " frame"] | None:
    """Give the session's seconds of the frames: as told, else by the rate."""
    if series.timestamps is not None:
        return series.timestamps.astype(np.float64)
    count = series.count or (None if times is None else len(times))
    if series.rate is None or count is None:
        return None
    return series.start + np.arange(count) / series.rate


def _labels(
    path: Path,
    session: str,
    held: _Contents,
    times: Mapping[Path, Float[np.ndarray, " _"] | None],
    found: Found,
) -> dict[Path | None, Annotations]:
    """Read the behaviour of each video; under None, what is there without a video."""
    if not held.has_behavior:
        return {}
    only = next(iter(held.videos)).name if len(held.videos) == 1 else None
    read = read_events(
        path, video=only, frame_times=times_by_name(times), observed="whole if known"
    )
    found.findings += [
        Finding("labels", found.name_of(path), str(loss), wrong=False) for loss in read.losses
    ]
    labels: dict[Path | None, Annotations] = {}
    for name in read.videos:
        video = match_video(name, tuple(held.videos))
        if video is None and held.videos:
            told = f"it tells of {name!r}, which is no video that it refers to"
            found.findings.append(Finding("unlisted video", found.name_of(path), told))
            continue
        labels[video] = renamed(read, {name: found.name_of(video or path, session)})
    return labels


def _subjects(annotations: Annotations) -> tuple[str, ...]:
    return tuple(name for name in annotations.events["subject"].unique().tolist() if name)


def _short(name: str, names: tuple[str, ...]) -> str:
    """Call a series by the last part of its path, where that tells it from the others."""
    last = name.rpartition("/")[2]
    alike = [other for other in names if other.rpartition("/")[2] == last]
    return last if len(alike) == 1 else name
