"""Seconds and frames of one video: by its own frame times, else at a constant rate."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_edges, frames_to_seconds, seconds_to_frames
from ethoprism_domains.formats.values import MOST_FRAMES


@dataclass(frozen=True, eq=False)
class Clock:
    """Converts between the seconds and the frames of one video.

    Parameters
    ----------
    times
        The video's frame times in seconds, if they are known.
    fps
        Otherwise the constant rate that is assumed.
    count
        The number of frames, if it is known.

    Raises
    ------
    EthoprismError
        If the rate is no rate.
    """

    times: np.ndarray | None = None
    fps: float = 0.0
    count: int | None = None

    def __post_init__(self) -> None:
        if self.times is not None:
            object.__setattr__(self, "count", len(self.times))
        elif not 0 < self.fps <= 1e6:
            raise EthoprismError(f"{self.fps} is no frame rate", None, "give frames per second")

    @property
    def is_exact(self) -> bool:
        """Whether it goes by the video's own frame times."""
        return self.times is not None

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last; NaN if the length is not known."""
        if self.count is None:
            return float("nan")
        return float(self.seconds(np.array([self.count]))[0])

    @property
    def rate(self) -> float:
        """Frames per second, the median where it varies; NaN if a single frame tells none."""
        if self.times is None:
            return self.fps
        steps = np.diff(self.times)
        step = float(np.median(steps)) if len(steps) else 0.0
        return 1 / step if step > 0 else float("nan")

    def frames(self, seconds: Float[np.ndarray, " event"]) -> Int[np.ndarray, " event"]:
        """Give the frame edge nearest to each time; -1 for NaN and for times outside the video."""
        if self.times is not None:
            if not len(self.times):
                return np.full(len(seconds), -1)
            return seconds_to_frames(seconds, self.times)
        with np.errstate(invalid="ignore", over="ignore"):
            # half a frame belongs to the earlier edge; a rounding error is no half frame
            edges = np.ceil(seconds * self.fps - 0.5 - 1e-6)
            last = MOST_FRAMES if self.count is None else self.count
            inside = (edges >= 0) & (edges <= last)
        return np.where(inside, edges, -1).astype(np.int64)

    def seconds(self, frames: Int[np.ndarray, " event"]) -> Float[np.ndarray, " event"]:
        """Give the time of each frame edge; NaN for one that the video does not have."""
        if self.times is None:
            known = frames <= (MOST_FRAMES if self.count is None else self.count)
            return np.where(known & (frames >= 0), frames / self.fps, np.nan)
        if not len(self.times):
            return np.full(len(frames), np.nan)
        return frames_to_seconds(frames, self.times)

    def end(self) -> float:
        """Give the last edge in seconds; infinite if nobody knows it."""
        if self.times is not None:
            return float(frame_edges(self.times)[-1]) if len(self.times) else 0.0
        return np.inf if self.count is None else self.count / self.fps


@dataclass(frozen=True, eq=False)
class Spans:
    """Spans in seconds, laid on the frames of a video.

    Parameters
    ----------
    start, stop
        Frames, half-open; equal for a point.
    outside
        Which lie outside the video; their frames mean nothing.
    cut
        Which reached beyond the video and were cut at its start or end.
    """

    start: np.ndarray
    stop: np.ndarray
    outside: np.ndarray
    cut: np.ndarray


def spans_on_clock(
    clock: Clock,
    start: Float[np.ndarray, " event"],
    stop: Float[np.ndarray, " event"],
    is_point: Bool[np.ndarray, " event"],
) -> Spans:
    """Lay spans in seconds on frames; a state holds at least one frame."""
    end = clock.end()
    first, last = clock.frames(start), clock.frames(stop)
    early = (first < 0) & (start < 0) & (stop > 0) & ~is_point
    late = (last < 0) & (stop > end) & (first >= 0) & ~is_point
    first = np.where(early, 0, first)
    last = np.where(late, -1 if clock.count is None else clock.count, last)
    if clock.count is not None:
        first = np.minimum(first, clock.count - 1)
    last = np.where(is_point, first, np.where(last >= 0, np.maximum(last, first + 1), last))
    return Spans(first, last, (first < 0) | (last < 0), early | late)
