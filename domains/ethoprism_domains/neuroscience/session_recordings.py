"""From the files of a session to recordings on the experiment's clock, and what is odd of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PureWindowsPath

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Ethogram, empty_events, make_observed
from ethoprism_domains.annotation.merging import merge_ethograms, renamed
from ethoprism_domains.base import Finding, Recording, RecordingClock, times_of_video
from ethoprism_domains.formats import read_events
from ethoprism_domains.neuroscience.clock_files import read_frame_clock
from ethoprism_domains.neuroscience.clocks import FrameClock
from ethoprism_domains.neuroscience.session_files import SessionFiles

NOTHING = Annotations(empty_events(), make_observed([]), Ethogram(()))
# what a camera that starts early and stops late leaves behind, and a file that has no times
_HARMLESS = ("pulses before the first frame", "pulses after the last frame", "pause")


@dataclass
class Found:
    """What reading sessions has brought to light so far.

    Parameters
    ----------
    root
        The folder of the data set: videos are called by their paths from there.
    """

    root: Path
    recordings: list[Recording] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def name_of(self, path: Path, session: str = "") -> str:
        """Call a file by its path from the data set's folder; elsewhere, by its session's name."""
        path = path.resolve()
        root = self.root.resolve()
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
        return f"{session}/{path.name}" if session else path.name


def read_files(session: SessionFiles, found: Found) -> None:
    """Read a session of plain files, and add its recordings and findings."""
    where = {video: found.name_of(video, session.name) for video in session.videos}
    times = {video: times_of_video(video) for video in session.videos}
    for path in session.unknown:
        told = "nothing tells what it is, so it is left out"
        found.findings.append(Finding("unknown file", found.name_of(path), told, wrong=False))
    for name, told in session.doubts.items():
        found.findings.append(Finding("several files", f"{session.name}/{name}", told))
    if not session.videos:
        found.findings.append(Finding("missing file", session.name, "the session has no video"))
    labels = _labels(session, where, times, found)
    for video in session.videos:
        own = labels.get(video, NOTHING)
        clock = _clock(session, video, where[video], times[video], found)
        subjects = own.events["subject"].unique().tolist()
        found.recordings.append(
            Recording(
                where[video],
                video,
                own,
                tuple(name for name in subjects if name),
                {"session": session.name, **session.groups},
                session.poses.get(video),
                RecordingClock(None if clock is None else clock.times, session.start),
                metadata=dict(session.about),
                regions=session.regions,
                signals=session.signals,
            )
        )


def clock_findings(clock: FrameClock, where: str, frames: int) -> Iterator[Finding]:
    """Tell dropped and doubled frames, and all else that does not agree, one a kind."""
    problems = clock.problems
    for kind, rows in problems.groupby("kind", sort=False):
        first = rows.iloc[0]
        count = int(np.maximum(rows[["frames", "pulses"]].to_numpy(np.int64).max(axis=1), 1).sum())
        wrong = kind not in _HARMLESS
        yield Finding(str(kind), where, f"first: {first['told']}", count, wrong)
    if clock.pulses is not None and clock.pulses != frames:
        told = f"the video has {frames} frames, its clock {clock.pulses} pulses"
        explained = bool(len(problems)) and problems["kind"].isin(_HARMLESS).all()
        gap = abs(clock.pulses - frames)
        yield Finding("frames disagree", where, told, gap, wrong=not explained)
    for notice in clock.notices:
        if notice.startswith(f"{clock.pulses} pulses and"):
            continue  # it is told above
        yield Finding("clock", where, notice, wrong=notice.startswith("nothing tells"))


def _clock(
    session: SessionFiles,
    video: Path,
    where: str,
    times: Float[np.ndarray, " time"] | None,
    found: Found,
) -> FrameClock | None:
    file = session.clocks.get(video)
    if file is None:
        told = "nothing tells when its frames were taken on the experiment's clock"
        found.findings.append(Finding("no clock", where, told, wrong=bool(session.signals)))
        return None
    if times is None:
        return None
    try:
        clock, _ = read_frame_clock(file, times)
    except EthoprismError as error:
        found.findings.append(Finding("unreadable file", where, f"its clock: {error}"))
        return None
    found.findings += clock_findings(clock, where, len(times))
    return clock


def _labels(
    session: SessionFiles,
    where: Mapping[Path, str],
    times: Mapping[Path, Float[np.ndarray, " _"] | None],
    found: Found,
) -> dict[Path, Annotations]:
    """Read all label files, and give each video its own."""
    parts: dict[Path, list[Annotations]] = {}
    for path in session.labels:
        try:
            read = read_events(
                path,
                video=_namesake(path, session),
                frame_times=times_by_name(times),
                observed="whole if known",
            )
        except EthoprismError as error:
            found.findings.append(Finding("unreadable file", found.name_of(path), str(error)))
            continue
        found.findings += [
            Finding("labels", found.name_of(path), str(loss), wrong=False) for loss in read.losses
        ]
        for name in read.videos:
            video = match_video(name, session.videos)
            if video is None:
                told = f"it labels {name!r}, which is no video of the session"
                found.findings.append(Finding("unlisted video", found.name_of(path), told))
            else:
                parts.setdefault(video, []).append(renamed(read, {name: where[video]}))
    return {video: joined(own) for video, own in parts.items()}


def joined(parts: list[Annotations]) -> Annotations:
    """Put together what several files say of one video."""
    ethogram = merge_ethograms([part.ethogram for part in parts])
    if len(parts) == 1:
        return parts[0]
    events = pd.concat([part.events for part in parts], ignore_index=True)
    observed = pd.concat([part.observed for part in parts], ignore_index=True)
    return Annotations(events, observed, ethogram)


def match_video(name: str, videos: tuple[Path, ...]) -> Path | None:
    """Find the video that labels call so, with or without its ending."""
    file = PurePath(PureWindowsPath(name).name)
    same = [video for video in videos if video.name == file.name]
    alike = [video for video in videos if video.stem in (file.name, file.stem)]
    fitting = same or alike
    return fitting[0] if len(fitting) == 1 else None


def _namesake(path: Path, session: SessionFiles) -> str | None:
    """Name the video of a label file that does not tell it: the only one, or the one it is of."""
    mine = [video for video in session.videos if path.name.startswith(video.stem)]
    if not mine and len(session.videos) == 1:
        mine = [session.videos[0]]
    return max(mine, key=lambda video: len(video.stem)).name if mine else None


def times_by_name(
    times: Mapping[Path, Float[np.ndarray, " _"] | None],
) -> Callable[[str], np.ndarray | None]:
    """Give the times of the video that labels call so."""

    def of(name: str) -> np.ndarray | None:
        video = match_video(name, tuple(times))
        return None if video is None else times[video]

    return of
