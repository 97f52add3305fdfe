"""Corpora of files: videos and spans of them, and images."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.data.corpus import ClipShape, Sample
from ethoprism_core.pretraining.data.looks import draw_look
from ethoprism_core.pretraining.data.reading import (
    cut_box,
    known_index,
    known_squares,
    read_frames,
    read_image,
)
from ethoprism_core.pretraining.data.views import Views, draw_frames, draw_part, draw_squares
from ethoprism_core.video import VideoIndex, load_index

Progress = Callable[[int, int], None]
_ROUNDING = 1e-6  # seconds


@dataclass(frozen=True)
class Span:
    """A part of a file, with what is known of it.

    Parameters
    ----------
    path
        A video, or an image.
    start_s, stop_s
        From when to when, in seconds; the beginning and the end if None.
    caption
        What it shows, in words; empty if nobody said.
    tracks
        The file of its animals' tracks, where there is one.
    """

    path: Path
    start_s: float | None = None
    stop_s: float | None = None
    caption: str = ""
    tracks: Path | None = None


@dataclass(frozen=True)
class _Files:
    """Clips of files.

    Parameters
    ----------
    name
        For the log.
    spans
        What clips are drawn from; each gives one an epoch.
    views
        How they are cut out and altered.
    """

    name: str
    spans: tuple[Span, ...]
    views: Views = field(default_factory=Views)

    @property
    def count(self) -> int:
        """Clips in an epoch."""
        return len(self.spans)

    @property
    def captioned(self) -> bool:
        """Whether every clip has a caption."""
        return all(span.caption for span in self.spans)


class VideoCorpus(_Files):
    """Clips of videos: made of a name, `Span`s, and `Views`."""

    def sample(self, number: int, rng: np.random.Generator, shape: ClipShape) -> Sample:
        """Draw frames and a view of a span, and read it; see `Corpus`."""
        span = self.spans[number]
        index = known_index(span.path)
        start, stop = _frames_of(span, index)
        frames = draw_frames(rng, start, stop, shape.frames, self.views.frame_steps)
        boxes = self._draw_boxes(rng, span, index, frames)
        look = draw_look(rng, self.views, span.caption)
        clip = read_frames(index, frames, boxes, look.angle, shape.size)
        return Sample(look.apply(clip), f"{span.path.name}, frame {frames[0]}", span.caption)

    def _draw_boxes(
        self, rng: np.random.Generator, span: Span, index: VideoIndex, frames: np.ndarray
    ) -> Float[np.ndarray, "time 4"]:
        follows = rng.random() < self.views.follow
        part = draw_part(rng, index.size, self.views)
        if span.tracks is None or not follows:
            return np.repeat(part[None], len(frames), axis=0)
        squares = known_squares(span.tracks)
        if len(squares) != len(index):
            raise EthoprismError(
                f"the tracks have {len(squares)} frames, the video {len(index)}",
                span.path,
                "give the tracks of this video",
            )
        return draw_squares(rng, squares[frames], self.views)


class ImageCorpus(_Files):
    """Images, as clips of one frame: made of a name, `Span`s, and `Views`."""

    def sample(self, number: int, rng: np.random.Generator, shape: ClipShape) -> Sample:
        """Draw a part of an image; see `Corpus`."""
        span = self.spans[number]
        picture = read_image(span.path)
        part = draw_part(rng, picture.shape[:2], self.views)
        look = draw_look(rng, self.views, span.caption)
        clip = cut_box(picture, part, look.angle, shape.size)[None]
        return Sample(look.apply(clip), span.path.name, span.caption)


def video_spans(
    paths: Iterable[Path],
    clip_frames: int,
    tracks: Mapping[Path, Path] | None = None,
    progress: Progress | None = None,
) -> tuple[tuple[Span, ...], dict[Path, str]]:
    """Turn videos into spans: each video as often as it holds clips of `clip_frames` frames.

    Parameters
    ----------
    paths
        The videos.
    clip_frames
        Frames of a clip.
    tracks
        Files of tracks, by the video they belong to.
    progress
        Called with the videos that are read and all there are.

    Returns
    -------
    The spans, and why the videos that are left out cannot be read.
    """
    paths = list(paths)
    spans: list[Span] = []
    unreadable: dict[Path, str] = {}
    for done, path in enumerate(paths, start=1):
        try:
            clips = max(1, len(load_index(path)) // clip_frames)
        except EthoprismError as error:
            unreadable[path] = str(error)
        else:
            spans += [Span(path, tracks=(tracks or {}).get(path))] * clips
        if progress is not None:
            progress(done, len(paths))
    return tuple(spans), unreadable


def _frames_of(span: Span, index: VideoIndex) -> tuple[int, int]:
    """Return the span's frames ``[start, stop)``: those that begin within it."""
    edges = [span.start_s or 0.0, np.inf if span.stop_s is None else span.stop_s]
    start, stop = np.searchsorted(index.times, np.array(edges) - _ROUNDING).tolist()
    if start >= stop:
        raise EthoprismError(
            f"the video ends at {index.duration:.2f} s, before the clip begins or in an empty span",
            f"{span.path}, {edges[0]:g} to {edges[1]:g} s",
            "correct the times",
        )
    return start, stop
