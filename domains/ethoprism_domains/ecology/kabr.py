"""KABR: zebras and giraffes from a drone, cut into a mini-scene around each animal.

``annotation/train.csv`` and ``annotation/val.csv`` list frames in the manner of Charades as
SlowFast reads it: ``original_vido_id video_id frame_id path labels``, with blanks between, frames
counted from 1. ``annotation/classes.json`` gives each behaviour its number. The pictures of the
mini-scene ``ZG0001.1`` are ``dataset/image/ZG0001.1/1.jpg`` and so on; videos ``ZG0001.1.mp4`` are
read as well. What stands before the dot is the animal's track, of which mini-scenes are pieces; its
letters are the species. Layout as on https://kabrdata.xyz and in the set's own list of files
(Kholiavchenko et al., 2024); not run on the set itself.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.packing import pictures_in
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, exclusive
from ethoprism_domains.base import (
    Dataset,
    Finding,
    Habits,
    ProbeChoice,
    Recording,
    Sampling,
    Scoring,
    times_of_video,
)
from ethoprism_domains.ecology.reading import DOMAIN_NAME, SetReader
from ethoprism_domains.ecology.scenes import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    annotate,
    scored_for,
)
from ethoprism_domains.formats.content import read_head, read_json
from ethoprism_domains.formats.expect import expect_frame, expect_mapping
from ethoprism_domains.video_files import VideoFiles

RATE = 30000 / 1001
CLASSES = "classes.json"
SPLITS = {"train.csv": "train", "val.csv": "test"}
HABITS = Habits(
    Sampling("window", frames=16, step=5),
    ProbeChoice("attention"),
    "animal",
    Scoring("accuracy"),
    ("bouts-csv",),
)
_COLUMNS = ("original_vido_id", "video_id", "frame_id", "path", "labels")
_SPECIES = {"G": "reticulated giraffe", "ZP": "plains zebra", "ZG": "Grevy's zebra"}


def recognises(path: Path) -> bool:
    """Recognise its table of classes, and one of its lists of frames."""
    folder = _annotation_folder(path)
    return folder is not None and any(_is_list(folder / name) for name in SPLITS)


def read(path: Path) -> Dataset:
    """Read the lists of frames, and find the pictures or videos of each mini-scene.

    Raises
    ------
    EthoprismError
        If a list or the table of classes is not what it should be.
    """
    folder = _annotation_folder(path)
    if folder is None:
        raise EthoprismError(f"there is no annotation/{CLASSES}", path, "unpack the set there")
    names = _classes(folder / CLASSES)
    tables = {
        split: _frames(folder / name) for name, split in SPLITS.items() if _is_list(folder / name)
    }
    several = any(frames["labels"].str.contains(",").any() for frames in tables.values())
    behaviors = tuple(Behavior(name) for name in names.values())
    ethogram = Ethogram(behaviors if several else exclusive(behaviors))
    scenes = _Scenes(path, names, ethogram)
    recordings = [
        scenes.recording(str(name), frames.sort_values("frame_id"), split)
        for split, table in tables.items()
        for name, frames in table.groupby("original_vido_id", sort=False)
    ]
    findings = (*scenes.findings, *scenes.unused(), *_missing_lists(folder), *_shared(recordings))
    habits = scored_for(ethogram, HABITS)
    return Dataset("KABR", DOMAIN_NAME, _named_once(recordings), ethogram, habits, findings)


KABR = SetReader(
    "KABR",
    "annotation/classes.json, annotation/train.csv, annotation/val.csv, and pictures in "
    "dataset/image or videos",
    recognises,
    read,
)


def _annotation_folder(path: Path) -> Path | None:
    inside = (path, path / "annotation", path / "KABR" / "annotation")
    return next((folder for folder in inside if (folder / CLASSES).is_file()), None)


def _is_list(path: Path) -> bool:
    return path.is_file() and read_head(path).decode("utf-8", "replace").split()[:5] == [*_COLUMNS]


def _classes(path: Path) -> dict[int, str]:
    """Read the behaviours by their numbers, in the order of these."""
    content = expect_mapping(read_json(path), path, "the file")
    named = {expect_frame(number, path, name): name for name, number in content.items()}
    if len(named) != len(content) or not named:
        raise EthoprismError("two behaviours share a number, or there is none", path, "correct it")
    return dict(sorted(named.items()))


def _frames(path: Path) -> pd.DataFrame:
    """Read a list of frames."""
    try:
        table = pd.read_csv(path, sep=" ", dtype=str, keep_default_na=False, encoding="utf-8")
        table["frame_id"] = table["frame_id"].astype(np.int64)
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise EthoprismError(
            f"cannot read the list of frames ({error})", path, "copy it again"
        ) from error
    if (table["frame_id"] < 0).any() or table.duplicated(["original_vido_id", "frame_id"]).any():
        raise EthoprismError(
            "a frame stands there twice, or before the first", path, "copy it again"
        )
    return table


class _Scenes:
    """Makes recordings of mini-scenes."""

    def __init__(self, path: Path, names: Mapping[int, str], ethogram: Ethogram) -> None:
        self.findings: list[Finding] = []
        self._videos = VideoFiles(path)
        self._folders = {
            folder.name: folder
            for place in ("dataset/image", "KABR/dataset/image", "images", "image")
            if (path / place).is_dir()
            for folder in sorted((path / place).iterdir())
            if folder.is_dir()
        }
        self._named: set[str] = set()
        self._columns = {str(number): column for column, number in enumerate(names)}
        self._ethogram = ethogram

    def recording(self, name: str, frames: pd.DataFrame, split: str) -> Recording:
        """Make the recording of a mini-scene from its rows."""
        self._named.add(name)
        folder = self._folders.get(name)
        video = folder or self._videos.of(name, name, self.findings)
        positions, count = self._positions(name, frames, folder)
        values = self._labels(name, frames, positions, count)
        track = name.split(".")[0]
        species = _SPECIES.get(track.rstrip("0123456789"), "")
        return Recording(
            name,
            video,
            self._annotations(name, values, None if folder else video),
            groups={"animal": track} | ({"species": species} if species else {}),
            frame_counts={"labels": count},
            metadata={"split": split, "frames_per_second": RATE},
        )

    def unused(self) -> list[Finding]:
        """Tell of mini-scenes that no list names."""
        folders = [name for name in self._folders if name not in self._named]
        told = "no list of frames names it"
        found = [Finding("unlisted video", name, told, wrong=False) for name in folders]
        return [*found, *self._videos.unused()]

    def _positions(
        self, name: str, frames: pd.DataFrame, folder: Path | None
    ) -> tuple[np.ndarray, int]:
        """Give the frame of each row, -1 where its picture is missing, and the number of frames."""
        if folder is None:
            positions = frames["frame_id"].to_numpy() - 1
            return positions, int(positions.max()) + 1
        pictures = {path.name: number for number, path in enumerate(pictures_in(folder))}
        listed = [PurePosixPath(path).name for path in frames["path"]]
        positions = np.array([pictures.get(picture, -1) for picture in listed])
        missing = [picture for picture in listed if picture not in pictures]
        if missing:
            told = f"pictures that are listed are not in {folder}, first {missing[0]}"
            self.findings.append(Finding("missing file", name, told, len(missing)))
        return positions, len(pictures)

    def _labels(
        self, name: str, frames: pd.DataFrame, positions: np.ndarray, count: int
    ) -> np.ndarray:
        values = np.full((count, 1, len(self._columns)), UNKNOWN)
        cells = frames["labels"].to_numpy()
        strange: list[str] = []
        for cell in pd.unique(cells):
            numbers = [part.strip() for part in cell.split(",")]
            if any(number not in self._columns for number in numbers):
                strange += [cell] * int((cells == cell).sum())
                continue
            rows = positions[(cells == cell) & (positions >= 0)]
            values[rows] = ABSENT
            for number in numbers:
                values[rows, 0, self._columns[number]] = PRESENT
        if strange:
            told = f"labels that are no class, first {strange[0]!r}: taken as unknown"
            self.findings.append(Finding("unknown class", name, told, len(strange)))
        return values

    def _annotations(self, name: str, values: np.ndarray, video: Path | None) -> Annotations:
        times = times_of_video(video)
        times = np.arange(len(values)) / RATE if times is None else times
        return annotate(values, ("",), self._ethogram, name, times, RATE)


def _missing_lists(folder: Path) -> list[Finding]:
    absent = [name for name in SPLITS if not _is_list(folder / name)]
    return [Finding("missing file", name, f"it is not in {folder}") for name in absent]


def _shared(recordings: Sequence[Recording]) -> list[Finding]:
    """Tell of mini-scenes that two splits list, and of animals in both."""
    found = []
    for what, kind in (("mini-scenes", "name"), ("animals", "animal")):
        splits: dict[str, set[Any]] = {}
        for item in recordings:
            key = item.name if kind == "name" else item.groups["animal"]
            splits.setdefault(key, set()).add(item.metadata["split"])
        both = [key for key, own in splits.items() if len(own) > 1]
        if both:
            told = f"{what} are in both splits, first {both[0]}"
            found.append(Finding("both splits", "KABR", told, len(both), wrong=kind == "name"))
    return found


def _named_once(recordings: Sequence[Recording]) -> tuple[Recording, ...]:
    """Keep the first of two mini-scenes of one name."""
    kept: dict[str, Recording] = {}
    for item in recordings:
        kept.setdefault(item.name, item)
    return tuple(kept.values())
