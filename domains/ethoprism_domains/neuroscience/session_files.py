"""The files of a session, found by what they are called.

Words are those between ``_``, ``-``, ``.`` and blanks of a file's name. `ttl`, `pulses` or
`exposure` tell a recorded line, `timestamps` or `frame_times` the times of frames; `pose`, `dlc`,
`sleap` or `tracks` poses; `photometry`, `spikes`, `running`, `pupil` and the like a signal. Other
files are labels if a label format is recognised, signals if they are tables with a column of times.
Of several videos, a file whose name begins with a video's is that video's, any other is of all.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import VIDEO_SUFFIXES, Region
from ethoprism_domains.base import SignalFile
from ethoprism_domains.formats import recognise
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.tables import header_keys
from ethoprism_domains.neuroscience.clock_files import ClockFile, is_frame_table
from ethoprism_domains.neuroscience.timestamps import is_time_name

LINES = {"ttl", "pulse", "pulses", "exposure", "exposures", "strobe", "trigger"}
TIMES = {"timestamp", "timestamps", "frametimes"}
POSES = {"pose", "poses", "keypoints", "dlc", "sleap", "tracks"}
SIGNALS = {
    *("photometry", "fluorescence", "dff", "calcium", "spikes", "units", "lfp", "eeg", "emg"),
    *("running", "wheel", "speed", "pupil", "licks", "signal", "signals", "breathing"),
}
OF_ANIMAL = ("species", "sex", "age", "strain")
ABOUT = (*OF_ANIMAL, "experimenter", "institution", "lab")
_TABLES = {".csv", ".tsv", ".txt"}
_ARRAYS = {".npy", ".nc"}


@dataclass(frozen=True)
class SessionFiles:
    """What belongs to a session.

    Parameters
    ----------
    name
        What it is called.
    videos
        Of one camera each.
    clocks
        When the frames were taken, by video.
    labels
        Label files, of any format.
    poses
        A file of poses or tracks, by video.
    signals
        What was recorded beside, by name.
    groups
        Such as the animal.
    regions
        Fixed parts of the pictures.
    start
        When the first frame was taken, by the clock on the wall.
    about
        What NWB tells of the animal and the lab, by the keys `ABOUT`.
    nwb
        The NWB file that holds it; the rest is in there, but for regions and groups.
    unknown
        Files that nothing tells the meaning of.
    doubts
        What is unclear, by the name of the file or video.
    """

    name: str
    videos: tuple[Path, ...] = ()
    clocks: Mapping[Path, ClockFile] = field(default_factory=dict)
    labels: tuple[Path, ...] = ()
    poses: Mapping[Path, Path] = field(default_factory=dict)
    signals: Mapping[str, SignalFile] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    start: datetime | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    nwb: Path | None = None
    unknown: tuple[Path, ...] = ()
    doubts: Mapping[str, str] = field(default_factory=dict)


def find_session(folder: Path, name: str, videos: tuple[Path, ...] | None = None) -> SessionFiles:
    """Find the files of a session in its folder; nothing is read but the head of tables.

    Parameters
    ----------
    videos
        Its videos, where they are told; those in the folder if not given.
    """
    files = sorted(path for path in folder.iterdir() if _is_plain(path))
    here = tuple(path for path in files if path.suffix.lower() in VIDEO_SUFFIXES)
    videos = here if videos is None else videos
    by_role: dict[str, list[Path]] = {}
    for path in files:
        if path not in here and path.suffix.lower() != ".nwb":
            by_role.setdefault(_role(path), []).append(path)
    clocks, doubts = _of_videos(videos, by_role.get("clock", []), "clock")
    poses, more = _of_videos(videos, by_role.get("pose", []), "pose")
    signals = {_short(path, videos): SignalFile(path) for path in by_role.get("signal", [])}
    return SessionFiles(
        name,
        videos,
        {video: clock_file(path) for video, path in clocks.items()},
        tuple(by_role.get("labels", [])),
        poses,
        signals,
        unknown=tuple(by_role.get("unknown", [])),
        doubts={**doubts, **more},
    )


def holds_session(folder: Path) -> bool:
    """Say at a glance whether a folder is a session: a video, and when its frames were taken."""
    names = [path for path in folder.iterdir() if _is_plain(path)]
    has_video = any(path.suffix.lower() in VIDEO_SUFFIXES for path in names)
    return has_video and any(_named(path) == "clock" for path in names)


def clock_file(path: Path) -> ClockFile:
    """Tell by its name whether a file is a recorded line or holds times."""
    if words_of(path) & LINES and not is_frame_table(path):
        return ClockFile(path, "pulses")
    return ClockFile(path, "timestamps")


def words_of(path: Path) -> set[str]:
    """Give the words of a file's name; `frame` and `times` together are one."""
    words = re.split(r"[\W_]+", path.stem.casefold())
    joined = {"frametimes"} if {"frame", "times"} <= {*words} else set()
    return {*words} | joined


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _named(path: Path) -> str | None:
    """Tell what a file is by the words of its name alone."""
    words, suffix = words_of(path), path.suffix.lower()
    if words & (LINES | TIMES) and suffix in _TABLES | _ARRAYS:
        return "clock"
    if any(word.startswith("dlc") for word in words) or words & POSES:
        return "pose"
    if words & SIGNALS and suffix in _TABLES | _ARRAYS:
        return "signal"
    return None


def _role(path: Path) -> str:
    named = _named(path)
    if named is not None:
        return named
    try:
        recognise(path)
    except EthoprismError:
        return "signal" if _has_times(path) else "unknown"
    return "labels"


def _has_times(path: Path) -> bool:
    """Say whether a file is a table with a column of times, or an array with axes that say so."""
    suffix = path.suffix.lower()
    if suffix == ".nc":
        return True
    return suffix in _TABLES and any(map(is_time_name, header_keys(read_head(path))))


def _of_videos(
    videos: Sequence[Path], files: Iterable[Path], what: str
) -> tuple[dict[Path, Path], dict[str, str]]:
    """Give each video the file that is called so, else the only one that is nobody's."""
    own: dict[Path, list[Path]] = {video: [] for video in videos}
    common = []
    for path in files:
        mine = [video for video in videos if _begins(path, video)]
        if mine:
            own[max(mine, key=lambda video: len(video.stem))].append(path)
        else:
            common.append(path)
    found: dict[Path, Path] = {}
    doubts: dict[str, str] = {}
    for video in videos:
        fitting = own[video] or common
        if len(fitting) == 1:
            found[video] = fitting[0]
        elif fitting:
            listed = ", ".join(path.name for path in fitting)
            doubts[video.name] = f"several files could be its {what}: {listed}"
    return found, doubts


def _begins(path: Path, video: Path) -> bool:
    rest = path.stem.removeprefix(video.stem)
    return rest != path.stem and not rest[:1].isalnum()


def _short(path: Path, videos: Sequence[Path]) -> str:
    """Call a signal as its file is called, without the video's name in front."""
    mine = [video.stem for video in videos if _begins(path, video)]
    rest = path.stem.removeprefix(max(mine, key=len, default="")).lstrip("._- ")
    return rest or path.stem
