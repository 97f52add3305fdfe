"""Frames and seconds, converted only through a video's own frame times.

The edges of a video with n frames are its n frame times and, last, the moment the last frame ends.
A span `[start_frame, stop_frame)` runs from edge `start_frame` to edge `stop_frame`.
"""

import numpy as np
from jaxtyping import Float, Int


def frame_edges(frame_times: Float[np.ndarray, " time"]) -> Float[np.ndarray, " edge"]:
    """Append the end of the last frame, which is taken to last as long as the one before.

    Parameters
    ----------
    frame_times
        Presentation times in seconds, non-decreasing.

    Returns
    -------
    The `n + 1` edges in seconds. A single frame, whose duration nobody knows, lasts 0 s.
    """
    steps = np.diff(frame_times)
    last = frame_times[-1:] + (steps[-1] if len(steps) else 0.0)
    return np.concatenate([frame_times, last])


def frames_to_seconds(
    frames: Int[np.ndarray, " event"], frame_times: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " event"]:
    """Give the time of each edge; NaN for a frame that the video does not have."""
    edges = frame_edges(frame_times)
    inside = (frames >= 0) & (frames < len(edges))
    return np.where(inside, edges[np.where(inside, frames, 0)], np.nan)


def seconds_to_frames(
    seconds: Float[np.ndarray, " event"], frame_times: Float[np.ndarray, " time"]
) -> Int[np.ndarray, " event"]:
    """Give the edge nearest to each time (the earlier one of two equally near).

    Nearest, not "the frame on screen": a time that was rounded on its way through a file must come
    back to the frame it came from.

    Returns
    -------
    Edge numbers, -1 for a time that lies more than half a frame outside the video, or is NaN.
    """
    edges = frame_edges(frame_times)
    after = np.clip(np.searchsorted(edges, seconds), 1, len(edges) - 1)
    earlier = seconds - edges[after - 1] <= edges[after] - seconds
    frames = np.where(earlier, after - 1, after)
    slack = np.diff(edges)[[0, -1]] / 2
    with np.errstate(invalid="ignore"):
        inside = (seconds >= edges[0] - slack[0]) & (seconds <= edges[-1] + slack[1])
    return np.where(inside, frames, -1).astype(np.int64)
