"""Time a short stretch of a real video on its way through an encoder."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ethoprism.embedding import Recipe, Stages, silently
from ethoprism.options import EmbedOptions
from ethoprism_core.encoders import hub, uses_every
from ethoprism_core.features import Grid, plan_windows
from ethoprism_core.features.frames import View, picture_pairs
from ethoprism_core.features.sharing import BatchSizes, PicturePair, encode_shared
from ethoprism_core.video import Video
from ethoprism_core.video.background import best_background, learn_backgrounds
from ethoprism_core.video.detect import expect, find_blobs
from ethoprism_core.video.follow import FollowSettings
from ethoprism_core.video.sampling import sample_frames, small_pictures, small_size

_SECONDS = 2.0  # of timing, after the encoder has warmed up
_WINDOWS = 200
_BATCHES = BatchSizes(frames=16, windows=2)
_FOLLOW_FRAMES = 150
_SAMPLED = 10
_SAMPLES = 4


@dataclass(frozen=True)
class Speed:
    """How quick this machine is.

    Parameters
    ----------
    clip_frames, uses_every
        Of the encoder.
    frame_s, follow_s
        Seconds to embed a frame that is used, all its animals together, and to follow the animals
        through a frame.
    sample_s
        Seconds to look at a picture somewhere else in the video.
    """

    clip_frames: int
    uses_every: int
    frame_s: float
    follow_s: float
    sample_s: float

    def following(self, frames: int) -> float:
        """Give the seconds to follow the animals through a video: its samples, then every frame."""
        through = frames * self.follow_s
        return through + min(FollowSettings().samples * self.sample_s, through)


def measure_speed(path: Path, options: EmbedOptions, stages: Stages = silently) -> Speed:
    """Measure how long a frame of a video takes.

    Raises
    ------
    EthoprismError
        If the video cannot be read, or the encoder cannot be loaded.
    """
    with stages(f"{path.name}: timing a short stretch", "steps") as progress, Video(path) as video:
        if progress is not None:
            progress(0, 2)
        recipe = _without_download(options).recipe(Path())
        encoder, settings = recipe.encoder, recipe.settings
        steps = settings.steps(video.times, encoder.clip_frames)
        plan = plan_windows(len(video), encoder.clip_frames, *steps, uses_every(encoder))
        middle = max(0, len(plan) // 2 - _WINDOWS // 2)
        part = replace(plan, centres=plan.centres[middle : middle + _WINDOWS])
        view = _view(video, recipe)
        grid = settings.grid or Grid.default(encoder.token_shape)
        counted = _Counter()
        with closing(counted.count(picture_pairs(video, part, view))) as pairs:
            shown = len(view.crops(0))
            windows = encode_shared(pairs, part, encoder, grid, shown, _BATCHES)
            frame_s = counted.time(windows)
        if progress is not None:
            progress(1, 2)
        following = _follow_seconds(video, options.follow) if options.follow else (0.0, 0.0)
    return Speed(encoder.clip_frames, plan.uses_every, frame_s, *following)


def _without_download(options: EmbedOptions) -> EmbedOptions:
    file = hub.WEIGHTS.get(options.encoder)
    if options.checkpoint or file is None or (hub.cache_folder() / file.name).exists():
        return options
    return replace(options, checkpoint="random")


def _view(video: Video, recipe: Recipe) -> View:
    """Look at the picture as it will be looked at; squares stand still in its middle."""
    size = recipe.encoder.frame_size
    if not recipe.follow:
        return View(size, recipe.settings.parts(video.size))
    height, width = video.size
    square = (width / 2, height / 2, min(video.size) / 2)
    return View(size, squares=np.tile(np.array(square), (len(video), recipe.follow, 1)))


class _Counter:
    """Counts the frames that were asked for, and times how long each takes."""

    def __init__(self) -> None:
        self.frames = 0

    def count(self, pairs: Iterator[PicturePair]) -> Generator[PicturePair, None, None]:
        for pair in pairs:
            self.frames += 1
            yield pair

    def time(self, windows: Iterator[np.ndarray]) -> float:
        """Give the seconds a frame takes, without those up to the first window."""
        began = first = time.perf_counter()
        frames_first = 0
        for number, _ in enumerate(windows):
            now = time.perf_counter()
            if number == 0:
                first, frames_first = now, self.frames
            elif now - first > _SECONDS:
                break
        now = time.perf_counter()
        if self.frames > frames_first and now > first:
            return (now - first) / (self.frames - frames_first)
        return (now - began) / max(self.frames, 1)


def _follow_seconds(video: Video, count: int) -> tuple[float, float]:
    """Time finding animals in consecutive frames, and sampling, as `follow_animals` does both."""
    small = small_size(video.size, FollowSettings().longest)
    frames = np.arange(min(len(video), _FOLLOW_FRAMES))
    samples = np.stack([grey for _, grey in small_pictures(video, frames[::_SAMPLED], small)])
    backgrounds = learn_backgrounds(samples)
    expected = expect(((grey, backgrounds[0]) for grey in samples), count)
    began = time.perf_counter()
    for _, grey in small_pictures(video, frames, small):
        best, _ = best_background(backgrounds, grey, 0)
        if expected is not None:
            find_blobs(grey, backgrounds[best], expected)
    now = time.perf_counter()
    spread = sample_frames(video, _SAMPLES)
    for _ in small_pictures(video, spread, small):
        pass
    return (now - began) / len(frames), (time.perf_counter() - now) / len(spread)
