"""The adapter of neuroscience: sessions of video, a clock, behaviour and recorded signals."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Ethogram, make_events
from ethoprism_domains.annotation.merging import merge_ethograms
from ethoprism_domains.base import Dataset, Finding, Habits, Recording, Sampling
from ethoprism_domains.neuroscience.nwb_reading import nwb_videos, read_nwb_session
from ethoprism_domains.neuroscience.nwb_writing import write_sessions
from ethoprism_domains.neuroscience.session_files import SessionFiles, find_session, holds_session
from ethoprism_domains.neuroscience.session_plan import PLAN_FILE, SessionPlan, read_plan
from ethoprism_domains.neuroscience.session_recordings import Found, read_files

WINDOW_MS = 500.0
_DEPTH = 2  # an animal's folder, then a session's
_MOST_FOLDERS = 100  # looked into to recognise a data set: others have thousands


class NeuroscienceDomain:
    """Reads sessions: a folder or an NWB file each, described by ``sessions.yaml`` or found.

    Without a description, a session is a folder with a video and the clock of its frames, right in
    the data set's folder or one folder below, which is then the animal's; or an NWB file there.
    Windows last half a second whatever the frame rate. Where all recordings have fixed regions of
    the picture, windows show these.
    """

    name = "neuroscience"
    description = (
        "sessions.yaml, or a folder a session with a video and the times of its frames, or NWB"
    )
    habits = Habits(
        Sampling("window", milliseconds=WINDOW_MS), group_by="session", exports=("nwb", "bouts-csv")
    )

    def recognises(self, path: Path) -> bool:
        """Recognise a description, an NWB file, or a session's folder."""
        if path.is_file():
            return path.name == PLAN_FILE or path.suffix.lower() == ".nwb"
        if not path.is_dir():
            return False
        if (path / PLAN_FILE).is_file():
            return True
        near = islice(_folders(path), _MOST_FOLDERS)
        return any(any(folder.glob("*.nwb")) or holds_session(folder) for folder in near)

    def read(self, path: Path) -> Dataset:
        """Read all sessions; what cannot be read of one is a finding.

        Raises
        ------
        EthoprismError
            If there is no session, or the description says what cannot be.
        """
        path = path.parent if path.name == PLAN_FILE else path
        plan = self._plan(path)
        found = Found(path if path.is_dir() else path.parent)
        for session in plan.sessions:
            _read(session, found)
        if not found.recordings:
            told = "; ".join(f"{item.where}: {item.what}" for item in found.findings)
            raise EthoprismError(f"no recording can be read ({told})", path, "correct that first")
        ethogram = merge_ethograms([item.annotations.ethogram for item in found.recordings])
        recordings = tuple(_settled(found.recordings, ethogram))
        dataset = Dataset(
            path.resolve().name,
            self.name,
            recordings,
            ethogram,
            self._own_habits(plan, recordings),
            tuple(found.findings),
        )
        return replace(dataset, exporters={"nwb": partial(write_sessions, dataset)})

    def _plan(self, path: Path) -> SessionPlan:
        if (path / PLAN_FILE).is_file():
            return read_plan(path / PLAN_FILE)
        sessions = tuple(_discovered(path))
        if not sessions:
            raise EthoprismError("no session is found", path, f"describe them in {PLAN_FILE}")
        return SessionPlan(sessions)

    def _own_habits(self, plan: SessionPlan, recordings: tuple[Recording, ...]) -> Habits:
        sampling = replace(self.habits.sampling, milliseconds=plan.window_ms or WINDOW_MS)
        if recordings and all(item.regions for item in recordings):
            sampling = replace(sampling, kind="region")
        group_by = plan.group_by or _best_group(recordings)
        return replace(self.habits, sampling=sampling, group_by=group_by)


NEUROSCIENCE = NeuroscienceDomain()


def _discovered(path: Path) -> Iterator[SessionFiles]:
    """Find sessions by convention; a video that an NWB file refers to is that file's."""
    if path.is_file():
        yield SessionFiles(path.stem, nwb=path)
        return
    for folder in _folders(path):
        place = folder.relative_to(path)
        animal = {"animal": place.parts[0]} if len(place.parts) == _DEPTH else {}
        held: set[Path] = set()
        for file in sorted(folder.glob("*.nwb")):
            held |= _videos_of(file)
            name = (place / file.stem).as_posix()
            yield SessionFiles(name, groups=animal, nwb=file)
        session = find_session(folder, place.as_posix() if place.parts else folder.resolve().name)
        videos = tuple(video for video in session.videos if video.resolve() not in held)
        if videos and (held or session.clocks or session.labels or session.signals):
            yield replace(session, videos=videos, groups=animal)


def _folders(path: Path) -> Iterator[Path]:
    """Give the folder itself, those in it, and those in these."""
    level = [path]
    for _ in range(_DEPTH + 1):
        yield from level
        level = [
            folder
            for parent in level
            for folder in sorted(parent.iterdir())
            if folder.is_dir() and not folder.name.startswith(".")
        ]


def _videos_of(file: Path) -> set[Path]:
    try:
        return {video.resolve() for video in nwb_videos(file)}
    except EthoprismError:  # told when it is read
        return set()


def _read(session: SessionFiles, found: Found) -> None:
    if session.nwb is None:
        read_files(session, found)
        return
    try:
        read_nwb_session(session, found)
    except EthoprismError as error:
        found.findings.append(Finding("unreadable file", session.name, str(error)))


def _settled(recordings: Sequence[Recording], ethogram: Ethogram) -> Iterator[Recording]:
    """Give all one ethogram, and events ids of their own: cameras of all days are called alike."""
    every = pd.concat([item.annotations.events["event_id"] for item in recordings])
    twice = set(every[every.duplicated()])
    for item in recordings:
        events = item.annotations.events
        ids = events["event_id"].where(~events["event_id"].isin(twice), "")
        events = make_events(events.assign(event_id=ids))
        annotations = Annotations(events, item.annotations.observed, ethogram)
        yield replace(item, annotations=annotations)


def _best_group(recordings: Iterable[Recording]) -> str:
    """Leave out animals where all are known and there are two; else sessions, else videos."""
    recordings = list(recordings)
    for key in ("animal", "session"):
        names = [item.groups.get(key) for item in recordings]
        if all(names) and len(set(names)) > 1:
            return key
    return "video"
