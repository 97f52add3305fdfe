"""A recording on disk: the video, its bouts, its frame labels and its tracks."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path, write_text
from ethoprism_domains.simulated.recording import Recording

Progress = Callable[[int, int], None]
_GROUP = 60  # frames between key frames, so that players can seek


@dataclass(frozen=True)
class RecordingFiles:
    """Where the files of one recording are."""

    video: Path
    bouts: Path
    frames: Path
    tracks: Path


def write_recording(
    recording: Recording,
    folder: str | Path,
    name: str = "recording",
    truth_folder: str | Path | None = None,
    progress: Progress | None = None,
) -> RecordingFiles:
    """Write a recording's video and its truth; each file appears whole or not at all.

    Parameters
    ----------
    recording
        What to write.
    folder
        Where ``<name>.mp4`` goes.
    name
        First part of every file's name.
    truth_folder
        Where ``<name>.bouts.csv``, ``<name>.frames.csv`` and ``<name>.tracks.nc`` go; beside the
        video if it is left out.
    progress
        Called with the frames done and their total.

    Raises
    ------
    EthoprismError
        If the picture's height or width is odd, or a file cannot be written.
    """
    truth = Path(folder if truth_folder is None else truth_folder)
    files = RecordingFiles(
        video=Path(folder) / f"{name}.mp4",
        bouts=truth / f"{name}.bouts.csv",
        frames=truth / f"{name}.frames.csv",
        tracks=truth / f"{name}.tracks.nc",
    )
    write_video(recording, files.video, progress)
    write_table(recording.bouts.assign(video=files.video.name), files.bouts)
    write_table(frame_table(recording), files.frames)
    with atomic_path(files.tracks) as temporary:
        recording.tracks.to_netcdf(temporary, engine="h5netcdf")
    return files


def frame_table(recording: Recording) -> pd.DataFrame:
    """Return a row a frame and individual: ``frame, time_s, subject``, a column a behaviour."""
    labels = recording.labels
    frames, individuals, behaviors = labels.shape
    table = pd.DataFrame(
        labels.to_numpy().reshape(-1, behaviors), columns=[str(b) for b in labels.behavior.values]
    )
    table.insert(0, "frame", np.repeat(np.arange(frames), individuals))
    table.insert(1, "time_s", np.repeat(recording.times.round(6), individuals))
    table.insert(2, "subject", list(recording.individuals) * frames)
    return table


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, a column `video` first if there is one."""
    first = [column for column in ("video",) if column in table]
    order = first + [str(column) for column in table.columns if column not in first]
    write_text(path, table[order].to_csv(index=False, lineterminator="\n"))


def write_video(recording: Recording, path: Path, progress: Progress | None = None) -> None:
    """Write a recording's video alone; it appears whole or not at all.

    Raises
    ------
    EthoprismError
        If the picture's height or width is odd, or the file cannot be written.
    """
    height, width = recording.settings.size
    if height % 2 or width % 2:
        raise EthoprismError(
            f"expected an even height and width, got {height} x {width}",
            path,
            "video codecs need even sizes: change the size by a pixel",
        )
    with atomic_path(path) as temporary, av.open(str(temporary), "w", format="mp4") as container:
        stream = _add_stream(container, recording)
        for number in range(len(recording)):
            picture = av.VideoFrame.from_ndarray(recording.frame(number), format="rgb24")
            picture.pts = number
            container.mux(stream.encode(picture))
            if progress is not None:
                progress(number + 1, len(recording))
        container.mux(stream.encode(None))


def _add_stream(container: av.container.OutputContainer, recording: Recording) -> av.VideoStream:
    rate = Fraction(recording.settings.fps).limit_denominator(1001)
    if "libx264" in av.codecs_available:
        # the camera's noise is costly to keep: 23 shows it as a laboratory's camera would
        stream = container.add_stream("libx264", rate, options={"crf": "23", "preset": "veryfast"})
    else:
        stream = container.add_stream("mpeg4", rate, options={"qscale": "3"})
    stream.height, stream.width = recording.settings.size
    stream.pix_fmt = "yuv420p"
    stream.gop_size = _GROUP
    stream.codec_context.time_base = 1 / rate
    stream.codec_context.thread_count = 1  # or the bytes would depend on the machine's cores
    return stream
