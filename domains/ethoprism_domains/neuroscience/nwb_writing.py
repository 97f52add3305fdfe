"""Write a recording as an NWB session, or add it to a session's file that is there already.

All seconds are those of the experiment's clock. What is written beside the tables of behaviour
(`formats.nwb`):

- ``acquisition/video``, `ImageSeries`: the video as an external file, with the time of each frame;
- ``processing/behavior/<animal>``, `PoseEstimation` of ndx-pose: a series a keypoint, with the
  video that it is of, and a skeleton;
- ``acquisition/<name>``, `TimeSeries`: signals that were sampled; `units`: spikes.

A file is never changed in place: a copy is added to and takes its name when it is whole.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import h5py
import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_core.video.pose_files import read_poses
from ethoprism_core.video.poses import Poses
from ethoprism_domains.annotation.merging import renamed
from ethoprism_domains.annotation.store import spelled
from ethoprism_domains.base import Dataset, Recording, times_of_video
from ethoprism_domains.formats import LossReport
from ethoprism_domains.formats.clocks import Clock
from ethoprism_domains.formats.losses import LossCounter, merge_reports
from ethoprism_domains.formats.nwb.document import Document, free_name
from ethoprism_domains.formats.nwb.layout import PLACEHOLDERS, UNKNOWN_START
from ethoprism_domains.neuroscience.session_files import ABOUT, OF_ANIMAL
from ethoprism_domains.neuroscience.signal_files import read_signal
from ethoprism_domains.neuroscience.signals import Continuous, Spikes

if TYPE_CHECKING:
    from pynwb import NWBFile

_ON_CLOCK = "Seconds on the clock of the experiment"
_SUFFIX = ".nwb"
_FINEST = 9  # decimals of a second


def write_sessions(dataset: Dataset, out: Path) -> LossReport:
    """Write an NWB file for each recording of a data set into the folder `out`.

    Raises
    ------
    EthoprismError
        If one cannot be written.
    """
    reports = []
    for item in dataset.recordings:
        *folders, name = (spelled(part) for part in item.name.split("/"))
        path = out.joinpath(*folders, f"{Path(name).stem}{_SUFFIX}")
        if path.exists():
            raise EthoprismError("two recordings would share a file", path, "rename a video")
        reports.append(write_session(item, path))
    return merge_reports(reports)


def write_session(recording: Recording, path: Path, into: Path | None = None) -> LossReport:
    """Write a recording as an NWB session.

    Parameters
    ----------
    path
        The file to write; what is there is replaced when the new one is whole.
    into
        A session's file to add to; `path` may be the same. What it holds stays as it is.

    Returns
    -------
    What the file does not hold: tracks that are boxes, poses whose keypoints have no names.

    Raises
    ------
    EthoprismError
        If the packages for it are missing, a file of the recording cannot be read, `into` is no
        NWB file, or nothing can be written.
    """
    _require_packages(path)
    times = recording.clock.seconds if recording.clock is not None else None
    if times is None:
        times = times_of_video(recording.video)
    if times is None:
        told = "neither its clock nor its video tells when frames were taken"
        raise EthoprismError(told, recording.name, "align it, or give the video")
    losses = LossCounter()
    with _opened(path, into, recording, times) as file:
        clock = Clock(times)
        name = Path(recording.name).name  # sessions apart, a video is called as its file is
        document = Document(file, name, _ON_CLOCK)
        document.add_video(recording.video, path, clock)
        document.add_annotations(renamed(recording.annotations, {recording.name: name}), clock)
        _add_poses(document, recording, times, into, losses)
        _add_signals(document, recording, into)
    return losses.report()


@contextmanager
def _opened(
    path: Path, into: Path | None, recording: Recording, times: np.ndarray
) -> Iterator["NWBFile"]:
    """Open a new file, or a copy of one; it takes its name when what is added is written."""
    from pynwb import NWBHDF5IO

    with atomic_path(path) as temporary:
        if into is not None:
            _refuse_other(into)
            shutil.copyfile(into, temporary)
        # pynwb warns of names that do not end in .nwb, as that of a temporary file: it gets it open
        with h5py.File(temporary, "w" if into is None else "r+") as opened:
            mode = "w" if into is None else "a"
            with NWBHDF5IO(file=opened, mode=mode) as io:
                file = _new_file(recording, times) if into is None else io.read()
                yield file
                io.write(file)


def _new_file(recording: Recording, times: np.ndarray) -> "NWBFile":
    """Make a session; what is not known of it and its subject is said so."""
    from pynwb import NWBFile
    from pynwb.file import Subject

    about = {key: str(recording.metadata[key]) for key in ABOUT if key in recording.metadata}
    animal = {key: about.pop(key) for key in OF_ANIMAL if key in about}
    start = _zero(recording, times)
    told = "" if start is not None else "; the date is a placeholder, for it is not known"
    file = NWBFile(
        session_description=f"Behaviour in the video {recording.name}{told}",
        identifier=str(uuid4()),
        session_start_time=start or UNKNOWN_START,
        session_id=recording.groups.get("session", recording.name).replace("/", "_"),
        experiment_description="Behaviour coded from video, on the clock of an experiment",
        keywords=["behavior", "ethogram", "video"],
        **about,
    )
    named = recording.groups.get("animal") or ", ".join(recording.individuals) or "unknown"
    file.subject = Subject(
        subject_id=named.replace("/", "_"),
        description="The animal; what is not told of it is to be filled in",
        **{**dict(PLACEHOLDERS), **animal},
    )
    return file


def _zero(recording: Recording, times: np.ndarray) -> datetime | None:
    """Give the time on the wall's clock that seconds count from."""
    start = None if recording.clock is None else recording.clock.start
    if start is None or not len(times):
        return start
    return start - timedelta(seconds=float(times[0]))


def _add_poses(
    document: Document,
    recording: Recording,
    times: np.ndarray,
    into: Path | None,
    losses: LossCounter,
) -> None:
    tracks = recording.tracks
    if tracks is None or (isinstance(tracks, Path) and into is not None and _same(tracks, into)):
        return
    poses = read_poses(tracks, times) if isinstance(tracks, Path) else None
    if poses is None:
        losses.add("tracks that are boxes and no poses", recording.name)
    elif not poses.keypoints:
        losses.add("poses whose keypoints have no names", recording.name)
    else:
        _add_named_poses(document, poses, times)


def _add_named_poses(document: Document, poses: Poses, times: np.ndarray) -> None:
    """Add a container a animal, and the skeleton that all share; rows of all frames."""
    from ndx_pose import PoseEstimation, Skeleton, Skeletons

    names = [_plain(name) for name in poses.keypoints]
    taken = document.behavior.data_interfaces
    skeleton = Skeleton(name="skeleton", nodes=names)
    document.behavior.add(Skeletons(name=free_name("Skeletons", taken), skeletons=[skeleton]))
    for animal, individual in enumerate(poses.individuals):
        document.behavior.add(
            PoseEstimation(
                name=free_name(_plain(individual), taken),
                description="Keypoints in each frame of the video",
                pose_estimation_series=list(_keypoint_series(poses, animal, names, times)),
                source_software=poses.source,
                skeleton=skeleton,
                **({} if document.video is None else {"source_video": document.video}),
            )
        )


def _keypoint_series(
    poses: Poses, animal: int, names: list[str], times: np.ndarray
) -> Iterator[Any]:
    """Give a series for each keypoint; all have the timestamps of the first."""
    from ndx_pose import PoseEstimationSeries

    first = None
    for at, name in enumerate(names):
        points = np.full((len(times), 2), np.nan)
        sure = np.full(len(times), np.nan)
        points[poses.frames] = poses.points[:, :, at, animal]
        sure[poses.frames] = poses.confidence[:, at, animal]
        series = PoseEstimationSeries(
            name=name,
            description=f"Where {name} is",
            data=points,
            unit="pixels",
            reference_frame="(0, 0) is the upper left corner of the picture",
            confidence=sure,
            confidence_definition=f"As {poses.source} tells it",
            timestamps=times if first is None else first,
        )
        first = first or series
        yield series


def _add_signals(document: Document, recording: Recording, into: Path | None) -> None:
    for name, where in recording.signals.items():
        if into is not None and _same(where.path, into):
            continue
        signal = read_signal(where.path, where.series, where.rate)
        if isinstance(signal, Spikes):
            _add_units(document.file, signal)
        else:
            _add_series(document.file, name, signal)


def _add_series(file: "NWBFile", name: str, signal: Continuous) -> None:
    from pynwb import TimeSeries

    one = signal.values.shape[1] == 1
    file.add_acquisition(
        TimeSeries(
            name=free_name(_plain(name), file.acquisition),
            description=f"Recorded signal; columns: {', '.join(signal.channels)}",
            data=signal.values[:, 0] if one else signal.values,
            unit="n.a.",
            **_sampled(signal.times),
        )
    )


def _sampled(times: np.ndarray) -> dict[str, Any]:
    """Give a rate where samples keep one to a millionth of their interval, else their times."""
    step = (times[-1] - times[0]) / (len(times) - 1)
    if np.abs(times - times[0] - step * np.arange(len(times))).max() < 1e-6 * step:
        return {"starting_time": float(times[0]), "rate": float(1 / step)}
    return {"timestamps": times}


def _add_units(file: "NWBFile", signal: Spikes) -> None:
    if "unit_name" not in (file.units.colnames if file.units is not None else ()):
        file.add_unit_column("unit_name", "What the unit is called")
    for name, times in zip(signal.channels, signal.times, strict=True):
        file.add_unit(spike_times=times, obs_intervals=[signal.span], unit_name=name)
    if file.units is not None and file.units.resolution is None:
        file.units.resolution = _resolution(np.concatenate(signal.times))


def _resolution(times: np.ndarray) -> float:
    """Give the decimal that all times are told to, a nanosecond at the least."""
    for decimals in range(_FINEST):
        scaled = times * 10**decimals
        if np.abs(scaled - np.rint(scaled)).max(initial=0.0) < 1e-3:
            return 10.0**-decimals
    return 10.0**-_FINEST


def _plain(name: str) -> str:
    """Give a name as objects of NWB may have it."""
    return name.replace("/", "_").replace(":", "_")


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _refuse_other(path: Path) -> None:
    try:
        with h5py.File(path) as file:
            is_nwb = "nwb_version" in file.attrs
    except OSError as error:
        raise EthoprismError("cannot be read as NWB", path, "check the path") from error
    if not is_nwb:
        raise EthoprismError("the file is no NWB", path, "name a session's file")


def _require_packages(path: Path) -> None:
    try:
        import ndx_ethogram
        import ndx_pose
        import pynwb  # noqa: F401
    except ImportError as error:
        remedy = 'pip install "ethoprism[nwb]"'
        told = "writing NWB needs pynwb, ndx-ethogram and ndx-pose"
        raise EthoprismError(told, path, remedy) from error
    del ndx_ethogram, ndx_pose  # imported for the types that they register
