"""``sessions.yaml``: a plain description of a folder of sessions.

All of it is optional but ``sessions``; what a session does not tell is found by convention
(`session_files`). Paths count from the session's folder, which is called as the session is::

    group_by: animal          # what is left out as a whole: animal, site, session or video
    window_ms: 500            # how long a window lasts
    regions:                  # fixed parts of the picture, of sessions that have none of their own
      face: 10%,5%,40%,40%
    clock: {low: true}        # how lines are read, in every session
    about: {species: Mus musculus, lab: Ours}    # for NWB files, in every session
    sessions:
      day1:
        folder: m1/2026-05-01
        animal: m1
        start: 2026-05-01T21:30:00+02:00
        video: cam.mp4
        clock: {pulses: camera.csv, moment: middle, shared: [here.csv, there.csv]}
        labels: coded.boris
        pose: cam.h5
        signals:
          dff: photometry.csv
          units: {file: spikes.nwb, series: units}
      day2:
        nwb: day2.nwb
        animal: m2
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Region, read_regions
from ethoprism_domains.base import SignalFile
from ethoprism_domains.formats.content import read_text
from ethoprism_domains.formats.expect import expect_list, expect_mapping, expect_text
from ethoprism_domains.neuroscience.clock_files import ClockFile
from ethoprism_domains.neuroscience.pulses import PulseSettings
from ethoprism_domains.neuroscience.session_files import (
    ABOUT,
    SessionFiles,
    clock_file,
    find_session,
)

PLAN_FILE = "sessions.yaml"
GROUPS = ("animal", "site")
_KEYS = {"group_by", "window_ms", "regions", "clock", "about", "sessions"}
_SESSION_KEYS = {
    *("folder", "start", "video", "videos", "clock", "clocks", "labels", "pose", "signals"),
    *("regions", "about", "nwb", *GROUPS),
}
_CLOCK_KEYS = {
    *("pulses", "timestamps", "moment", "low", "threshold", "chatter", "unit", "column", "rate"),
    "shared",
}


@dataclass(frozen=True)
class SessionPlan:
    """What ``sessions.yaml`` says.

    Parameters
    ----------
    sessions
        With what was found by convention where it says nothing.
    group_by
        What is left out as a whole; None if it does not tell.
    window_ms
        How long a window lasts; None if it does not tell.
    """

    sessions: tuple[SessionFiles, ...]
    group_by: str | None = None
    window_ms: float | None = None


def read_plan(path: Path) -> SessionPlan:
    """Read the description of a folder of sessions.

    Raises
    ------
    EthoprismError
        If it says what cannot be; it names the session and the entry.
    """
    content = expect_mapping(_yaml(path), path, "the file")
    _refuse_unknown(content, _KEYS, path, "the file")
    reader = _Reader(path, content)
    sessions = expect_mapping(content.get("sessions"), path, "sessions")
    length = content.get("window_ms")
    if length is not None and not (isinstance(length, int | float) and length > 0):
        raise EthoprismError(f"window_ms: {length!r} is no length", path, "give milliseconds")
    group_by = content.get("group_by")
    return SessionPlan(
        tuple(reader.session(name, told) for name, told in sessions.items()),
        None if group_by is None else expect_text(group_by, path, "group_by"),
        None if length is None else float(length),
    )


@dataclass(frozen=True)
class _Reader:
    """Reads sessions; `shared` is what holds for all of them."""

    path: Path
    shared: Mapping[str, Any] = field(default_factory=dict)

    def session(self, name: str, told: object) -> SessionFiles:
        said = expect_mapping(told or {}, self.path, name)
        _refuse_unknown(said, _SESSION_KEYS, self.path, name)
        folder = self.path.parent / str(said.get("folder", name))
        if "nwb" in said:
            base = folder if folder.is_dir() else self.path.parent
            found = SessionFiles(name, nwb=base / self._text(said["nwb"], name, "nwb"))
        elif folder.is_dir():
            found = find_session(folder, name, self._videos(said, folder, name))
        else:
            raise EthoprismError(f"{name}: there is no folder {folder}", self.path, "name it")
        found = self._with_files(found, said, folder)
        groups = {key: self._text(said[key], name, key) for key in GROUPS if key in said}
        regions = self._regions(said.get("regions", self.shared.get("regions")), name)
        start, about = self._start(said, name), self._about(said, name)
        return replace(found, groups=groups, regions=regions, start=start, about=about)

    def _with_files(
        self, found: SessionFiles, said: Mapping[str, Any], folder: Path
    ) -> SessionFiles:
        """Put the files that are named in place of those that were found."""
        name, videos, poses = found.name, found.videos, found.poses
        labels, signals = found.labels, found.signals
        if "labels" in said:
            labels = tuple(folder / text for text in self._texts(said["labels"], name, "labels"))
        if "pose" in said:
            poses = dict.fromkeys(videos, folder / self._text(said["pose"], name, "pose"))
        if "signals" in said:
            signals = self._signals(said["signals"], folder, name)
        clocks = self._clocks(found, said, videos, folder)
        named = replace(found, clocks=clocks, labels=labels, poses=poses, signals=signals)
        return _without_doubts(named, said)

    def _videos(self, said: Mapping[str, Any], folder: Path, name: str) -> tuple[Path, ...] | None:
        told = said.get("videos", said.get("video"))
        if told is None:
            return None
        return tuple(folder / text for text in self._texts(told, name, "video"))

    def _clocks(
        self,
        found: SessionFiles,
        said: Mapping[str, Any],
        videos: tuple[Path, ...],
        folder: Path,
    ) -> dict[Path, ClockFile]:
        """Give each video the clock that is told for it, or for all, or else was found."""
        name = found.name
        clocks = {
            video: self._settled(file, {}, folder, name) for video, file in found.clocks.items()
        }
        if "clock" in said:
            clocks = {video: self._told_clock(said["clock"], folder, name) for video in videos}
        for video, told in expect_mapping(said.get("clocks") or {}, self.path, name).items():
            clocks[folder / video] = self._told_clock(told, folder, name)
        return clocks

    def _told_clock(self, told: object, folder: Path, name: str) -> ClockFile:
        if isinstance(told, str):
            return self._settled(clock_file(folder / told), {}, folder, name)
        said = expect_mapping(told, self.path, f"{name}, clock")
        pulses, times = said.get("pulses"), said.get("timestamps")
        if (pulses is None) == (times is None):
            told = f"{name}: its clock names no file, or two"
            raise EthoprismError(told, self.path, "give pulses or timestamps")
        if pulses is not None:
            file = ClockFile(folder / self._text(pulses, name, "pulses"), "pulses")
        else:
            file = ClockFile(folder / self._text(times, name, "timestamps"))
        return self._settled(file, said, folder, name)

    def _settled(
        self, file: ClockFile, own: Mapping[str, Any], folder: Path, name: str
    ) -> ClockFile:
        """Read a clock as is told for it, or else for all sessions."""
        said = {**expect_mapping(self.shared.get("clock") or {}, self.path, "clock"), **own}
        _refuse_unknown(said, _CLOCK_KEYS, self.path, f"{name}, clock")
        moment = said.get("moment", "start")
        if moment not in ("start", "middle", "stop"):
            told = f"{name}: {moment!r} is no moment of a pulse"
            raise EthoprismError(told, self.path, "choose start, middle or stop")
        shared = self._texts(said.get("shared", []), name, "shared")
        return replace(
            file,
            settings=PulseSettings(
                "low" if said.get("low") else "high",
                self._number(said.get("threshold"), name, "threshold"),
                chatter_s=self._number(said.get("chatter"), name, "chatter") or 0.0,
            ),
            moment=moment,
            unit=said.get("unit"),
            column=said.get("column"),
            rate=self._number(said.get("rate"), name, "rate"),
            shared=tuple(folder / text for text in shared),
        )

    def _signals(self, told: object, folder: Path, name: str) -> dict[str, SignalFile]:
        signals = {}
        for signal, entry in expect_mapping(told, self.path, f"{name}, signals").items():
            said = {"file": entry} if isinstance(entry, str) else entry
            said = expect_mapping(said, self.path, f"{name}, {signal}")
            _refuse_unknown(said, {"file", "series", "rate"}, self.path, f"{name}, {signal}")
            signals[signal] = SignalFile(
                folder / self._text(said.get("file"), name, f"{signal}, file"),
                said.get("series"),
                self._number(said.get("rate"), name, f"{signal}, rate"),
            )
        return signals

    def _regions(self, told: object, name: str) -> tuple[Region, ...]:
        try:
            return read_regions(expect_mapping(told or {}, self.path, f"{name}, regions"))
        except EthoprismError as error:
            told = f"{name}, {error.where}: {error.what}"
            raise EthoprismError(told, self.path, error.remedy) from error

    def _about(self, said: Mapping[str, Any], name: str) -> dict[str, str]:
        both = [self.shared.get("about") or {}, said.get("about") or {}]
        told: dict[str, str] = {}
        for each in both:
            entries = expect_mapping(each, self.path, f"{name}, about")
            _refuse_unknown(entries, {*ABOUT}, self.path, f"{name}, about")
            told |= {key: self._text(value, name, key) for key, value in entries.items()}
        return told

    def _start(self, said: Mapping[str, Any], name: str) -> datetime | None:
        told = said.get("start")
        if told is None:
            return None
        try:
            start = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
        except ValueError:
            start = None
        if start is None or start.utcoffset() is None:
            remedy = "write it in quotes and with its time zone, as '2026-05-01T21:30:00+02:00'"
            raise EthoprismError(f"{name}: the start {told!r}", self.path, remedy)
        return start

    def _text(self, value: object, name: str, what: str) -> str:
        return expect_text(value, self.path, f"{name}, {what}")

    def _texts(self, value: object, name: str, what: str) -> list[str]:
        values = [value] if isinstance(value, str) else value
        listed = expect_list(values, self.path, f"{name}, {what}")
        return [self._text(each, name, what) for each in listed]

    def _number(self, value: object, name: str, what: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise EthoprismError(f"{name}, {what}: {value!r} is no number", self.path, "correct it")
        return float(value)


def _without_doubts(found: SessionFiles, said: Mapping[str, Any]) -> SessionFiles:
    """Forget what was unclear about files, where all of them are named."""
    settled = {"clock", "pose"} <= {*said}
    named = {
        *found.labels,
        *found.poses.values(),
        *(item.path for item in found.clocks.values()),
        *(item.path for item in found.signals.values()),
        *(path for item in found.clocks.values() for path in item.shared),
    }
    unknown = tuple(path for path in found.unknown if path not in named)
    doubts = {} if settled else found.doubts
    return replace(found, unknown=unknown, doubts=doubts)


def _yaml(path: Path) -> object:
    try:
        return yaml.safe_load(read_text(path))
    except (yaml.YAMLError, RecursionError) as error:
        told = " ".join(str(error).split())[:120]
        raise EthoprismError(f"cannot be read as YAML ({told})", path, "correct it") from error


def _refuse_unknown(said: Mapping[str, Any], known: set[str], path: Path, where: str) -> None:
    unknown = sorted({*said} - known)
    if unknown:
        told = f"{where}: unknown entries {', '.join(unknown)}"
        raise EthoprismError(told, path, f"choose among {', '.join(sorted(known))}")
