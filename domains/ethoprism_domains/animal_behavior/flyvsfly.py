"""Fly vs. Fly: pairs of fruit flies from above, and what each does to the other.

Each movie has a folder, such as ``Aggression/Aggression/movie1/``, with the video and FlyTracker's
files ``movie1_actions.mat``, ``movie1_track.mat`` and ``movie1_feat.mat``. ``traintest.mat`` beside
the folders holds the numbers of the movies to train on and to test on. Another person's actions of
the same movie have a further word in their file's name, as ``movie6_second_actions.mat``.

Set by Eyjolfsdottir et al. (ECCV 2014), https://data.caltech.edu/records/zrznw-w7386. The layout is
known from programs that read the set; it was not tried on the set itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.animal_behavior.flytracker import (
    Actions,
    count_feature_frames,
    fly_names,
    read_actions,
    read_boxes,
)
from ethoprism_domains.animal_behavior.matlab import read_matlab
from ethoprism_domains.animal_behavior.reading import (
    DOMAIN_NAME,
    HABITS,
    first_seen,
    in_seconds,
)
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    empty_events,
    make_events,
    make_observed,
    runs,
    with_targets,
    written_target,
)
from ethoprism_domains.base import Dataset, Finding, Recording, times_of_video
from ethoprism_domains.video_files import VideoFiles

DESCRIPTION = "Fly vs. Fly: folders such as movie1 with movie1_actions.mat, _track.mat, and a video"
ACTIONS = (
    "lunge",
    "wing threat",
    "charge",
    "hold",
    "tussle",
    "touch",
    "wing extension",
    "circle",
    "copulation attempt",
    "copulation",
)
PUBLISHED = ("lunge", "wing threat", "tussle", "wing extension", "circle", "copulation")
RATE = 30.0  # frames a second of Aggression and Courtship; stands in where a video is not there
_PATTERN = "*[_-]actions.mat"
_FILES = re.compile(r"(?P<stem>.+?)[_-]((?P<coder>.+)[_-])?actions", re.IGNORECASE)
_SPLITS = {"trainids": "train", "testids": "test"}


def recognises(path: Path) -> bool:
    """Recognise it by a file of actions, as deep below `path` as the set's own are."""
    depths = ("", "*/", "*/*/", "*/*/*/", "*/*/*/*/")
    return path.is_dir() and any(any(path.glob(f"{depth}{_PATTERN}")) for depth in depths)


def read_flyvsfly(path: Path) -> Dataset:
    """Read all movies below the folder `path`.

    Raises
    ------
    EthoprismError
        If there is no file of actions.
    """
    files = sorted(path.rglob(_PATTERN)) if path.is_dir() else []
    if not files:
        raise EthoprismError("there is no file of actions", path, f"expected are {DESCRIPTION}")
    findings: list[Finding] = []
    videos = VideoFiles(path)
    folders = first_seen(str(file.parent) for file in files)
    movies = [_Movie.of(Path(folder), path) for folder in folders]
    recordings = tuple(_recording(movie, videos, findings) for movie in movies)
    said = [item for own in recordings for item in (own.annotations, *own.coders.values())]
    names = first_seen(name for item in said for name in item.ethogram.names)
    flies = max((len(own.individuals) for own in recordings), default=2)
    ethogram = _ethogram(sorted(names, key=_rank), flies)
    findings += videos.unused()
    return Dataset("Fly vs. Fly", DOMAIN_NAME, recordings, ethogram, HABITS, tuple(findings))


def as_published(dataset: Dataset) -> Dataset:
    """Give the data set of the protocol: six behaviours of Aggression and Courtship.

    Frames in which the tracker has lost a fly are not assessed, as in the protocol's source, Task
    Programming (Sun et al., 2021).
    """
    chosen = [item for item in dataset.recordings if "boy" not in item.groups["part"].casefold()]
    names = [name for name in PUBLISHED if name in dataset.ethogram]
    ethogram = Ethogram(
        tuple(replace(item, excludes=()) for item in dataset.ethogram if item.name in names),
        dataset.ethogram.subjects,
    )
    recordings = tuple(
        replace(
            item,
            annotations=_where_tracked(item, ethogram),
            coders={name: _only(own, ethogram) for name, own in item.coders.items()},
        )
        for item in chosen
    )
    return replace(dataset, recordings=recordings, ethogram=ethogram)


@dataclass(frozen=True)
class _Movie:
    """A movie: its folder, what it is called, the part of the set, and who has told its actions."""

    folder: Path
    name: str
    part: str
    actions: Path
    others: tuple[tuple[str, Path], ...]

    @classmethod
    def of(cls, folder: Path, root: Path) -> "_Movie":
        paths = sorted(folder.glob(_PATTERN))
        coders = {path: _parsed(path)[1] for path in paths}
        plain = [path for path, coder in coders.items() if not coder] or paths
        own = next((path for path in plain if _parsed(path)[0] == folder.name), plain[0])
        parts = first_seen(folder.relative_to(root).parts) or (folder.resolve().name,)
        part = parts[0] if len(parts) > 1 else root.resolve().name
        others = [(coders[path] or path.stem, path) for path in paths if path != own]
        return cls(folder, "/".join(parts), part, own, tuple(others))

    @property
    def stem(self) -> str:
        return _parsed(self.actions)[0]

    def beside(self, what: str) -> Path | None:
        """Find the movie's file of that kind: ``_track.mat``, or ``-track.mat``."""
        files = (self.folder / f"{self.stem}{sign}{what}.mat" for sign in "_-")
        return next((path for path in files if path.is_file()), None)


def _parsed(path: Path) -> tuple[str, str]:
    """Take the name of a file of actions apart into the movie's and the coder's."""
    match = _FILES.fullmatch(path.stem)
    return (match["stem"], match["coder"] or "") if match else (path.stem, "")


def _recording(movie: _Movie, videos: VideoFiles, findings: list[Finding]) -> Recording:
    video = videos.of(movie.stem, movie.name, findings, movie.folder)
    tracks = _tracks(movie, video, findings)
    counts = {} if tracks is None else {"tracks": tracks.sizes["time"]}
    counts |= _feature_frames(movie, findings)
    length = max([*counts.values(), len(_times(video))])
    annotations = _annotations(movie, movie.actions, length, video, findings)
    flies = 0 if tracks is None else tracks.sizes["individual"]
    return Recording(
        movie.name,
        video,
        annotations,
        fly_names(max(flies, len(annotations.ethogram.subjects))),
        {"animal": movie.name, "part": movie.part},
        tracks,
        frame_counts=counts,
        metadata={"split": _split(movie, findings)},
        coders={
            coder: _annotations(movie, path, length, video, findings)
            for coder, path in movie.others
        },
    )


def _times(video: Path | None) -> np.ndarray:
    times = times_of_video(video)
    return np.zeros(0) if times is None else times


def _tracks(movie: _Movie, video: Path | None, findings: list[Finding]) -> xr.Dataset | None:
    path = movie.beside("track")
    if path is None:
        findings.append(Finding("missing file", movie.name, f"there is no {movie.stem}_track.mat"))
        return None
    try:
        return read_boxes(path, video, RATE)
    except EthoprismError as error:
        findings.append(Finding("unreadable file", movie.name, str(error)))
        return None


def _feature_frames(movie: _Movie, findings: list[Finding]) -> dict[str, int]:
    path = movie.beside("feat")
    try:
        return {} if path is None else {"features": count_feature_frames(path)}
    except EthoprismError as error:
        findings.append(Finding("unreadable file", movie.name, str(error)))
        return {}


def _split(movie: _Movie, findings: list[Finding]) -> str:
    """Say whether the movie is to train or to test on, as ``traintest.mat`` has it."""
    table, number = movie.folder.parent / "traintest.mat", re.search(r"\d+$", movie.folder.name)
    if number is None or not table.is_file():
        return ""
    try:
        told = read_matlab(table, tuple(_SPLITS))
    except EthoprismError as error:
        findings.append(Finding("unreadable file", movie.name, str(error)))
        return ""
    listed = (name for key, name in _SPLITS.items() if int(number[0]) in np.ravel(told[key]))
    return next(listed, "")


def _annotations(
    movie: _Movie, path: Path, length: int, video: Path | None, findings: list[Finding]
) -> Annotations:
    """Read who did what to whom; of a damaged file nothing is known, which is a finding."""
    try:
        actions = read_actions(path, length)
    except EthoprismError as error:
        findings.append(Finding("unreadable file", movie.name, str(error)))
        return Annotations(empty_events(), make_observed([]), Ethogram(()))
    findings += _odd(actions, path, movie)
    flies = fly_names(actions.flies)
    events = make_events(
        {
            "video": movie.name,
            "subject": flies[fly],
            "behavior": behavior,
            "start_frame": start,
            "stop_frame": stop,
            "modifiers": written_target(*(name for name in flies if name != flies[fly])),
        }
        for fly, behavior, start, stop in sorted(actions.bouts, key=lambda bout: bout[2])
    )
    stop = length or int(events["stop_frame"].max() if len(events) else 0)
    seen = make_observed([{"video": movie.name, "start_frame": 0, "stop_frame": stop}])
    return in_seconds(Annotations(events, seen, _ethogram(actions.names, actions.flies)), video)


def _odd(actions: Actions, path: Path, movie: _Movie) -> list[Finding]:
    found = [
        Finding(
            "unknown behaviour",
            movie.name,
            f"{name!r} in {path.name} is none of the set's ten actions; it is read as it stands",
            wrong=False,
        )
        for name in actions.names
        if name not in ACTIONS
    ]
    if actions.impossible:
        told = f"bouts in {path.name} are no spans of frames of the movie, and are left out"
        found.append(Finding("impossible bout", movie.name, told, actions.impossible))
    return found


def _rank(name: str) -> int:
    return ACTIONS.index(name) if name in ACTIONS else len(ACTIONS)


def _ethogram(names: Sequence[str], flies: int) -> Ethogram:
    individuals = fly_names(flies)
    plain = Ethogram(tuple(map(Behavior, names)), tuple(map(Subject, individuals)))
    return with_targets(plain, names, individuals)


def _only(annotations: Annotations, ethogram: Ethogram) -> Annotations:
    events = annotations.events[annotations.events["behavior"].isin(ethogram.names)]
    return Annotations(events, annotations.observed, ethogram)


def _where_tracked(recording: Recording, ethogram: Ethogram) -> Annotations:
    kept = _only(recording.annotations, ethogram)
    if not isinstance(recording.tracks, xr.Dataset) or not recording.labelled:
        return kept
    whole = recording.tracks["position"].notnull().all(["space", "individual"]).to_numpy()
    spans = [
        {"video": recording.name, "start_frame": start, "stop_frame": stop}
        for start, stop in runs(whole).tolist()
    ]
    return Annotations(kept.events, make_observed(spans), ethogram)
