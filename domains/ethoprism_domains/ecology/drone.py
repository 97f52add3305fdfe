"""Drone videos with tracks of CVAT, as kabr-tools makes them: a sample is one animal.

``DJI_0068.mp4`` is the video, an XML of CVAT has a box for each animal and frame, and an action as
an attribute of the box; or the actions of track 3 are in ``actions/3.xml``, whose frames are those
of the mini-scene ``3.mp4`` that was cut around the animal: its n-th frame is the n-th of the
track's boxes. Where the drone's video is not there, its mini-scenes are recordings instead. Layout
as in https://github.com/Imageomics/kabr-tools.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.find import natural_order
from ethoprism_domains.annotation import (
    Annotations,
    Ethogram,
    Subject,
    empty_events,
    exclusive,
    frame_labels,
    make_observed,
    with_seconds,
)
from ethoprism_domains.base import Dataset, Finding, Recording, Sampling
from ethoprism_domains.ecology import kabr
from ethoprism_domains.ecology.boxes import AnimalBoxes, tracks_of_boxes
from ethoprism_domains.ecology.cvat_boxes import CvatFile, is_cvat, read_cvat
from ethoprism_domains.ecology.reading import DOMAIN_NAME, SetReader
from ethoprism_domains.ecology.scenes import (
    UNKNOWN,
    annotate,
    frame_times,
    scored_for,
)
from ethoprism_domains.formats.base import Reading, ReadOptions
from ethoprism_domains.formats.cvat import read as read_actions
from ethoprism_domains.video_files import VideoFiles

_OF_SCENES = replace(kabr.HABITS, group_by="session")
_OF_ANIMALS = replace(
    kabr.HABITS, sampling=Sampling("subject", frames=16, step=5), group_by="video"
)
_PLACES = ("*.xml", "*/*.xml", "*/*/*.xml", "*/*/*/*.xml")
_FOLDERS = ("actions", "metadata")  # of a mini-scene, within its folder
_SLACK = 1.02  # boxes may reach over the picture's edge a little


def recognises(path: Path) -> bool:
    """Recognise an XML of CVAT in the folder, or up to three below."""
    return any(is_cvat(file) for file in _files(path)[:3])


def read(path: Path) -> Dataset:
    """Read tracks and actions; recordings are the drone's videos, or else mini-scenes.

    Raises
    ------
    EthoprismError
        If there is no file of CVAT, or one is not what it should be.
    """
    files = [read_cvat(file) for file in _files(path) if is_cvat(file)]
    if not files:
        raise EthoprismError("there is no XML of CVAT", path, "export as CVAT for video 1.1")
    flights = _Flights(path, files)
    tracked = [file for file in files if file.animals]
    videos = [flights.video(file) for file in tracked]
    if any(videos):
        habits = _OF_ANIMALS
        pairs = zip(tracked, videos, strict=True)
        recordings = [flights.recording(file, video) for file, video in pairs]
    else:
        habits = _OF_SCENES
        recordings = list(flights.mini_scenes(tracked))
    return Dataset(
        path.resolve().name,
        DOMAIN_NAME,
        tuple(recordings),
        flights.ethogram,
        scored_for(flights.ethogram, habits),
        (*flights.findings, *flights.videos.unused()),
    )


DRONE = SetReader(
    "drone videos", "videos or mini-scenes with tracks or actions of CVAT (.xml)", recognises, read
)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix.lower() == ".xml" else []
    return sorted({file for place in _PLACES for file in path.glob(place)}, key=natural_order)


def _scene_folder(file: Path) -> Path:
    return file.parent.parent if file.parent.name in _FOLDERS else file.parent


class _Flights:
    """The files of CVAT in a folder, and the videos that they are of."""

    def __init__(self, path: Path, files: list[CvatFile]) -> None:
        self.findings: list[Finding] = []
        self._root = path if path.is_dir() else path.parent
        self.videos = VideoFiles(self._root)
        self._read = {file.path: read_actions(file.path, ReadOptions()) for file in files}
        self._actions = {
            (_scene_folder(file.path), file.path.stem): file for file in files if not file.animals
        }
        known = {item.name: item for own in self._read.values() for item in own.ethogram}
        free = tuple(replace(item, excludes=()) for item in known.values())
        self.ethogram = Ethogram(exclusive(free))

    def video(self, file: CvatFile) -> Path | None:
        """Find the drone's video of a file of boxes; a copy beside mini-scenes has boxes drawn."""
        name = file.path.stem.removesuffix("_tracks")
        for stem in (file.source, file.source.split("-")[-1], file.path.stem, name):
            found = [path for path in self.videos.named(stem) if not _is_drawn(path)]
            if found:
                self.videos.use(found[0])
                return found[0]
        return None

    def recording(self, file: CvatFile, video: Path | None) -> Recording:
        """Make the recording of a drone's video, with all animals that have boxes."""
        name = self._name(video or file.path.with_suffix(".mp4"))
        last = max(int(animal.frames[-1]) for animal in file.animals)
        times = frame_times(video, file.frames or last + 1, kabr.RATE)
        self._check_size(file, name)
        own = self._read[file.path]
        if own.events.empty:
            annotations = self._of_mini_scenes(file, name, times)
        else:
            annotations = self._renamed(own, name, times)
        return Recording(
            name,
            video,
            annotations,
            tuple(animal.name for animal in file.animals),
            tracks=tracks_of_boxes(file.animals, times, "CVAT"),
            frame_counts={} if file.frames is None else {"tracks": file.frames},
        )

    def mini_scenes(self, tracked: list[CvatFile]) -> Iterator[Recording]:
        """Make a recording of each mini-scene that has actions or a video."""
        for file in tracked:
            told = "its video is not here: its mini-scenes are recordings instead"
            self.findings.append(Finding("missing file", file.source, told, wrong=False))
            self._check_size(file, file.source)
        named = dict.fromkeys(self._actions)
        for file in tracked:
            named |= dict.fromkeys((_scene_folder(file.path), number) for _, number in file.labels)
        for folder, stem in named:
            video = folder / f"{stem}.mp4"
            if video.is_file() or (folder, stem) in self._actions:
                yield self._mini_scene(video, self._actions.get((folder, stem)))

    def _mini_scene(self, video: Path, actions: CvatFile | None) -> Recording:
        name, there = self._name(video), video if video.is_file() else None
        if there is not None:
            self.videos.use(there)
        annotations = Annotations(empty_events(), make_observed([]), self.ethogram)
        counts: Mapping[str, int] = {}
        if actions is not None:
            read = self._read[actions.path]
            times = frame_times(there, actions.frames or _reach(read), kabr.RATE)
            annotations = self._renamed(read, name, times, subject="")
            counts = {} if actions.frames is None else {"labels": actions.frames}
        groups = {"session": video.parent.resolve().name}
        return Recording(name, there, annotations, groups=groups, frame_counts=counts)

    def _of_mini_scenes(self, file: CvatFile, name: str, times: np.ndarray) -> Annotations:
        """Bring the actions of an animal's mini-scene to the frames of the drone's video."""
        folder, numbers = _scene_folder(file.path), dict(file.labels)
        animals = [animal.name for animal in file.animals]
        count = max(len(times), *(int(animal.frames[-1]) + 1 for animal in file.animals))
        values = np.full((count, len(animals), len(self.ethogram.names)), UNKNOWN)
        for column, animal in enumerate(file.animals):
            actions = self._actions.get((folder, numbers[animal.name]))
            if actions is not None:
                frames, labels = self._scene_labels(actions, animal)
                values[frames, column] = labels
        subjects = tuple(map(Subject, animals))
        ethogram = Ethogram(self.ethogram.behaviors, subjects)
        return annotate(values, animals, ethogram, name, times, kabr.RATE)

    def _scene_labels(
        self, actions: CvatFile, animal: AnimalBoxes
    ) -> tuple[np.ndarray, np.ndarray]:
        read, boxes = self._read[actions.path], len(animal.frames)
        count = max(_reach(read), actions.frames or 0)
        if count != boxes:
            told = f"its mini-scene has {count} frames, its track {boxes} boxes"
            where = f"{actions.path.name}, {animal.name}"
            self.findings.append(Finding("frames disagree", where, told, abs(count - boxes)))
        own = self._renamed(read, "scene", np.arange(count) / kabr.RATE, subject="")
        times = np.arange(count) / kabr.RATE
        labels = frame_labels(own, "scene", times, individuals=("",))["labels"].to_numpy()
        kept = min(count, boxes)
        return animal.frames[:kept], labels[:kept, 0]

    def _renamed(
        self, read: Reading, name: str, times: np.ndarray, subject: str | None = None
    ) -> Annotations:
        events = read.events.assign(video=name)
        if subject is not None:
            events = events.assign(subject=subject)
        subjects = read.ethogram.subjects if subject is None else ()
        return Annotations(
            with_seconds(events, times),
            read.observed.assign(video=name),
            Ethogram(self.ethogram.behaviors, subjects),
        )

    def _check_size(self, file: CvatFile, where: str) -> None:
        if file.picture is None:
            return
        reach = np.max([animal.corners[:, 2:].max(axis=0) for animal in file.animals], axis=0)
        if (reach > _SLACK * np.array(file.picture)).any():
            told = (
                f"boxes reach to {reach[0]:.0f}, {reach[1]:.0f}, and the pictures that were "
                f"annotated are {file.picture[0]} x {file.picture[1]}: they are of another size"
            )
            self.findings.append(Finding("boxes disagree", where, told))

    def _name(self, video: Path) -> str:
        return video.relative_to(self._root).as_posix()


def _is_drawn(path: Path) -> bool:
    return any((path.parent / name).is_dir() for name in _FOLDERS)


def _reach(read: Reading) -> int:
    return int(max([0, *read.observed["stop_frame"]]))
