"""How long embedding will take on this machine: a short stretch of the real video is timed.

What was measured is kept in the user's cache, for this machine, this way of embedding and this size
of picture, so that the next estimate is there at once.
"""

import contextlib
import hashlib
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ethoprism import __version__
from ethoprism.embedding import Stages, silently
from ethoprism.learning.places import features_folder
from ethoprism.learning.project_options import project_options
from ethoprism.learning.speed import Speed, measure_speed
from ethoprism.options import EmbedOptions
from ethoprism.project import Project
from ethoprism_core.encoders.hub import cache_folder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import plan_windows
from ethoprism_core.features.store import finished_share
from ethoprism_core.files import write_text
from ethoprism_core.video import VideoIndex, load_index

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class Estimate:
    """How long preparing some videos will take.

    Parameters
    ----------
    seconds
        For all that is not embedded yet.
    videos, left
        How many videos, and how many of them are not wholly embedded.
    unreadable
        Names of videos that cannot be read and are left out.
    """

    seconds: float
    videos: int
    left: int
    unreadable: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Tell it in one sentence."""
        if not self.videos:
            return "There is no video that can be prepared."
        if not self.left:
            return "All is prepared already." if self.videos > 1 else "It is prepared already."
        done = self.videos - self.left
        which = f"{self.left} of {self.videos} videos" if self.videos > 1 else "this video"
        rest = f"; {done} {'is' if done == 1 else 'are'} prepared already" if done else ""
        bad = f"; {len(self.unreadable)} cannot be read" if self.unreadable else ""
        return f"About {told_duration(self.seconds)} for {which} on this machine{rest}{bad}."


def estimate_embedding(
    project: Project,
    videos: Sequence[str] = (),
    options: EmbedOptions | None = None,
    stages: Stages = silently,
) -> Estimate:
    """Estimate how long embedding videos of a project will take.

    The speed is measured on a stretch of the first video of each size of picture, unless it is
    known. Public weights that are not here yet are not fetched for that: weights that have learned
    nothing are as quick.

    Parameters
    ----------
    videos
        Names; all if empty.
    options
        How; as ``project.yaml`` says if not given.

    Raises
    ------
    EthoprismError
        If the encoder cannot be loaded.
    """
    options = options or project_options(project)
    names = list(videos) or [video.name for video in project.videos]
    seconds, left, unreadable = 0.0, 0, []
    for name in names:
        path = project.path_of(name)
        try:
            index = load_index(path)
        except EthoprismError:
            unreadable.append(name)
            continue
        share = 1 - _embedded_share(project, path, index, options)
        if share > 0:
            left += 1
            speed = _speed(path, index, options, stages)
            seconds += share * _duration(index, speed, options)
    return Estimate(seconds, len(names) - len(unreadable), left, tuple(unreadable))


def told_duration(seconds: float) -> str:
    """Tell a duration as somebody would say it."""
    if seconds < _MINUTE:
        return "a minute" if seconds > 0.75 * _MINUTE else f"{max(5, 5 * round(seconds / 5))} s"
    if seconds < 2 * _HOUR:
        minutes = round(seconds / _MINUTE)
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{seconds / _HOUR:.{0 if seconds > 10 * _HOUR else 1}f} hours"


def _duration(index: VideoIndex, speed: Speed, options: EmbedOptions) -> float:
    steps = options.without_grid().steps(index.times, speed.clip_frames)
    plan = plan_windows(len(index), speed.clip_frames, *steps, speed.uses_every)
    return len(plan.needed) * speed.frame_s + speed.following(len(index))


def _embedded_share(
    project: Project, path: Path, index: VideoIndex, options: EmbedOptions
) -> float:
    """Give how much of a video is embedded in this way already."""
    folder = features_folder(project) / options.encoder
    settings = options.without_grid()
    stride, step = settings.steps(index.times, clip_frames=1)  # the stride is the same for any
    wanted: dict[str, object] = {
        "video_fingerprint": index.fingerprint,
        "stride": stride,
        "crop": "follow" if options.follow else settings.shown(index.size),
    }
    if options.milliseconds is None:
        wanted["frame_step"] = step
    else:
        wanted["milliseconds"] = float(options.milliseconds)
    if options.grid is not None:
        wanted["grid"] = options.grid
    shares = [0.0]
    for store in (path.stem, f"{path.stem}-{index.fingerprint[:8]}"):
        share, made = finished_share(folder / f"{store}.zarr")
        if share and wanted.items() <= made.items():
            shares.append(share)
    return max(shares)


def _speed(path: Path, index: VideoIndex, options: EmbedOptions, stages: Stages) -> Speed:
    """Look the speed up, or measure it and keep it."""
    kept, file = _kept(), cache_folder() / "speeds.json"
    told = {
        "machine": [platform.node(), platform.machine(), os.cpu_count()],
        "size": list(index.size),
        "options": asdict(options),
        "version": __version__,
    }
    key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    if key not in kept:
        kept[key] = measure_speed(path, options, stages)
        with contextlib.suppress(EthoprismError):  # measured anew next time
            write_text(file, json.dumps({name: asdict(speed) for name, speed in kept.items()}))
    return kept[key]


def _kept() -> dict[str, Speed]:
    try:
        content = json.loads((cache_folder() / "speeds.json").read_text(encoding="utf-8"))
        return {str(key): Speed(**speed) for key, speed in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):  # none yet, or damaged: measure anew
        return {}
