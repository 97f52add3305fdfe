"""Check a data set: whether its files exist, and video, labels, tracks and clock agree."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VideoIndex, load_index
from ethoprism_core.video.packing import pictures_in
from ethoprism_core.video.pose_files import read_tracks
from ethoprism_domains.annotation import runs
from ethoprism_domains.base import Dataset, Finding, Recording

COUNT_COLUMNS = ("behavior", "bouts", "frames", "recordings")
_JUMP = 2.5  # intervals: one dropped frame makes two of them, which cameras with a timer jitter to
_LOST_S = 1.0


def check_dataset(dataset: Dataset) -> tuple[Finding, ...]:
    """Give all that is odd: what the adapter found, then what each recording shows.

    Kinds of findings: ``missing file``, ``unreadable file``, ``video`` (what is wrong with one),
    ``frames disagree`` (video, labels, pose and clock), ``beyond the end``, ``unknown individual``,
    ``untracked individual``, ``gap`` (in the times, in what was observed, in tracks), ``same
    video``, ``no group``, ``one group``, ``unlabelled``, ``never labelled``.
    """
    found = [*dataset.findings]
    for recording in dataset.recordings:
        found += _check_recording(recording)
    return (*found, *_compare_recordings(dataset), *_unused(dataset))


def count_behaviors(dataset: Dataset) -> pd.DataFrame:
    """Count each behaviour's bouts, the frames that they cover, and the recordings that have it.

    Returns
    -------
    A row a behaviour of the ethogram, columns `COUNT_COLUMNS`. A frame counts once for each
    subject; what was judged absent or unsure is not counted.
    """
    events = dataset.annotations.events
    present = events[events["judgement"] == "present"]
    rows = []
    for name in dataset.ethogram.names:
        own = present[present["behavior"] == name]
        frames = int((own["stop_frame"] - own["start_frame"]).sum())
        rows.append((name, len(own), frames, own["video"].nunique()))
    return pd.DataFrame(rows, columns=list(COUNT_COLUMNS))


def _check_recording(recording: Recording) -> Iterator[Finding]:
    if recording.video is not None and recording.video.is_dir():
        yield from _check_pictures(recording, recording.video)
        return
    index, problem = _index(recording)
    if problem is not None:
        yield problem
    if index is not None:
        yield from (Finding("video", recording.name, told, wrong=False) for told in index.notices)
        yield from _jumps(index.times, "frame times", recording.name)
    count = None if index is None else len(index)
    yield from _disagreements(recording, count)
    yield from _check_clock(recording, count)
    yield from _check_labels(recording, count)
    yield from _check_coders(recording, count)
    yield from _check_tracks(recording, None if index is None else index.times)


def _check_pictures(recording: Recording, folder: Path) -> Iterator[Finding]:
    """Check a recording whose frames are the pictures of a folder."""
    pictures = pictures_in(folder)
    count = len(pictures)
    numbers = [int(path.stem) for path in pictures if path.stem.isdecimal()]
    holes = max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0
    if holes:
        told = f"numbers of its pictures are missing between {min(numbers)} and {max(numbers)}"
        yield Finding("gap", recording.name, told, holes)
    if not count:
        yield Finding("missing file", recording.name, f"no picture is in {folder}")
    yield from _disagreements(recording, count)
    yield from _check_clock(recording, count)
    yield from _check_labels(recording, count)
    yield from _check_coders(recording, count)


def _index(recording: Recording) -> tuple[VideoIndex | None, Finding | None]:
    if recording.video is None:
        told = "the data set has no video of it"
        return None, Finding("missing file", recording.name, told)
    if not recording.video.is_file():
        return None, _missing(recording.name, recording.video)
    try:
        return load_index(recording.video), None
    except EthoprismError as error:
        return None, Finding("unreadable file", recording.name, str(error))


def _disagreements(recording: Recording, frames: int | None) -> Iterator[Finding]:
    """Compare what each file says of the number of frames, with the video or with one another."""
    told = dict(recording.frame_counts)
    if frames is None and told:
        first, frames = next(iter(told.items()))
    else:
        first = "video"
    for what, count in told.items():
        if frames is not None and count != frames:
            yield Finding(
                "frames disagree",
                recording.name,
                f"{first} has {frames} frames, {what} {count}",
                abs(count - frames),
            )


def _check_clock(recording: Recording, frames: int | None) -> Iterator[Finding]:
    seconds = None if recording.clock is None else recording.clock.seconds
    if seconds is None:
        return
    if frames is not None and len(seconds) != frames:
        told = f"video has {frames} frames, its clock {len(seconds)}"
        yield Finding("frames disagree", recording.name, told, abs(len(seconds) - frames))
    yield from _jumps(seconds, "clock", recording.name)


def _jumps(times: np.ndarray, what: str, where: str) -> Iterator[Finding]:
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    for kind, found in (("pauses", steps > _JUMP * usual), ("does not advance", steps <= 0)):
        frames = np.flatnonzero(found)
        if len(frames):
            told = f"its {what} {kind}, first after frame {frames[0]}, by {steps[frames[0]]:.3f} s"
            yield Finding("gap", where, told, len(frames), wrong=kind == "does not advance")


def _check_labels(recording: Recording, frames: int | None) -> Iterator[Finding]:
    if not recording.labelled:
        yield Finding("unlabelled", recording.name, "nobody has observed it", wrong=False)
    events, observed = recording.annotations.events, recording.annotations.observed
    beyond = _beyond(events, frames)
    if frames is not None and beyond:
        told = f"events end after its last frame, {frames - 1}"
        yield Finding("beyond the end", recording.name, told, beyond)
    holes = observed["start_frame"].to_numpy()[1:] - observed["stop_frame"].to_numpy()[:-1]
    if len(holes):
        told = f"{holes.sum()} frames between observed ones were not observed"
        yield Finding("gap", recording.name, told, len(holes), wrong=False)
    named = {*events["subject"]} - {"", *recording.individuals}
    for name in sorted(named) if recording.individuals else []:
        count = int((events["subject"] == name).sum())
        told = f"labels name {name!r}, which is none of its individuals"
        yield Finding("unknown individual", recording.name, told, count)


def _check_coders(recording: Recording, frames: int | None) -> Iterator[Finding]:
    for coder, own in recording.coders.items():
        if own.observed.empty:
            told = f"{coder} has not observed it"
            yield Finding("unlabelled", recording.name, told, wrong=False)
        if beyond := _beyond(own.events, frames):
            told = f"events of {coder} end after its last frame, and are not compared"
            yield Finding("beyond the end", recording.name, told, beyond)


def _beyond(events: pd.DataFrame, frames: int | None) -> int:
    """Count the events that end after the last frame."""
    last = events["stop_frame"] + (events["kind"] == "point")
    return 0 if frames is None else int((last > frames).sum())


def _check_tracks(recording: Recording, times: np.ndarray | None) -> Iterator[Finding]:
    tracks = recording.tracks
    if isinstance(tracks, Path):
        if not tracks.is_file():
            yield _missing(recording.name, tracks)
            return
        if times is None:
            return
        try:
            tracks = read_tracks(tracks, times)
        except EthoprismError as error:
            yield Finding("unreadable file", recording.name, str(error))
            return
    if tracks is not None:
        yield from _check_boxes(recording, tracks)
    if tracks is not None and times is not None and tracks.sizes["time"] != len(times):
        told = f"video has {len(times)} frames, tracks {tracks.sizes['time']}"
        count = abs(tracks.sizes["time"] - len(times))
        yield Finding("frames disagree", recording.name, told, count)


def _check_boxes(recording: Recording, tracks: xr.Dataset) -> Iterator[Finding]:
    tracked = [str(name) for name in tracks["individual"].values]
    one_each = len(tracked) == len(recording.individuals) == 1
    for name in recording.individuals:
        if name not in tracked and not one_each:
            told = f"no track of {name!r} among {', '.join(map(repr, tracked))}"
            yield Finding("untracked individual", recording.name, told)
    interval = float(np.median(np.diff(tracks["time"].values))) if tracks.sizes["time"] > 1 else 0.0
    lost = tracks["position"].isnull().any("space").transpose("time", "individual").to_numpy()
    for name, column in zip(tracked, lost.T, strict=True):
        gaps = [span for span in runs(column).tolist() if (span[1] - span[0]) * interval > _LOST_S]
        if gaps:
            told = f"no place of {name!r} for more than a second, first from frame {gaps[0][0]}"
            yield Finding("gap", recording.name, told, len(gaps), wrong=False)


def _compare_recordings(dataset: Dataset) -> Iterator[Finding]:
    paths = Counter(item.video.resolve() for item in dataset.recordings if item.video is not None)
    for path, times in paths.items():
        if times > 1:
            yield Finding("same video", path.name, "several recordings are this file", times)
    if dataset.habits.group_by != "video":
        yield from _check_groups(dataset, dataset.habits.group_by)
    if dataset.habits.sampling.follows:
        without = [item.name for item in dataset.recordings if item.tracks is None]
        if without and len(without) < len(dataset.recordings):
            told = "it has no tracks, and other recordings do"
            yield Finding("missing file", without[0], told, len(without))


def _check_groups(dataset: Dataset, key: str) -> Iterator[Finding]:
    without = [item.name for item in dataset.recordings if not item.groups.get(key)]
    if without:
        yield Finding("no group", without[0], f"nothing says which {key} it is of", len(without))
    known = {item.groups[key] for item in dataset.recordings if item.groups.get(key)}
    if len(known) == 1:
        told = f"all recordings are of one {key}: leaving one out is not possible"
        yield Finding("one group", dataset.name, told, wrong=False)


def _unused(dataset: Dataset) -> Iterator[Finding]:
    if not dataset.recordings:
        yield Finding("missing file", dataset.name, "there is no recording")
    counts = count_behaviors(dataset)
    names = counts.loc[counts["bouts"] == 0, "behavior"].tolist()
    if names:
        told = f"no bout of {', '.join(map(repr, names))}"
        yield Finding("never labelled", dataset.name, told, len(names), wrong=False)


def _missing(where: str, path: Path) -> Finding:
    return Finding("missing file", where, f"{path} is not there")
