"""What does not agree between pulses and frames, and which frames it concerns."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from ethoprism_domains.annotation import runs
from ethoprism_domains.neuroscience.matching import ticks

PROBLEM_COLUMNS = ("kind", "frame", "frames", "pulse", "pulses", "clock_s", "told")

_Row = tuple[str, int, int, int, int, str]


@dataclass(frozen=True, eq=False)
class Laid:
    """Frames and their pulses, without what is doubled.

    Parameters
    ----------
    pulse
        Of each frame, as a position among the pulses, -1 where it has none.
    frames, pulses
        The numbers of frames and pulses that stand at these positions.
    frame_times, pulse_times
        Their seconds, each on its own clock.
    """

    pulse: Int[np.ndarray, " frame"]
    frames: Int[np.ndarray, " frame"]
    pulses: Int[np.ndarray, " pulse"]
    frame_times: Float[np.ndarray, " frame"]
    pulse_times: Float[np.ndarray, " pulse"]


def list_problems(
    laid: Laid,
    is_doubled_frame: Bool[np.ndarray, " frames"],
    is_doubled_pulse: Bool[np.ndarray, " pulses"],
    times: Float[np.ndarray, " frames"],
) -> pd.DataFrame:
    """List all problems in order of frames, with the columns `PROBLEM_COLUMNS`.

    Parameters
    ----------
    times
        Of all frames, on the clock of the pulses.
    """
    rows = [
        *_frames_without(laid),
        *_pulses_without(laid),
        *_odd_intervals(laid),
        *_doubled(laid, is_doubled_frame, is_doubled_pulse),
    ]
    rows.sort(key=lambda row: (row[1], row[3]))
    last = len(times) - 1
    table = [(*row[:5], float(times[min(row[1], last)]), row[5]) for row in rows]
    kinds = {"frame": "int64", "frames": "int64", "pulse": "int64", "pulses": "int64"}
    return pd.DataFrame(table, columns=list(PROBLEM_COLUMNS)).astype(kinds)


def _frames_without(laid: Laid) -> Iterator[_Row]:
    """Yield runs of frames without pulses."""
    has = laid.pulse >= 0
    for start, stop in runs(~has).tolist():
        kind = "missing pulse"
        if not has[:start].any():
            kind = "frames before the first pulse"
        elif not has[stop:].any():
            kind = "frames after the last pulse"
        first, last = int(laid.frames[start]), int(laid.frames[stop - 1])
        told = f"frames {first} to {last} have no pulse, their times are interpolated"
        yield kind, first, stop - start, -1, 0, told


def _pulses_without(laid: Laid) -> Iterator[_Row]:
    """Yield runs of pulses without frames: exposures of which the video has no picture."""
    is_bare = np.ones(len(laid.pulses), bool)
    is_bare[laid.pulse[laid.pulse >= 0]] = False
    for start, stop in runs(is_bare).tolist():
        after = np.flatnonzero(laid.pulse >= stop)
        number, count = int(laid.pulses[start]), stop - start
        many = f"{count} pulses from number {number} on have no frame"
        if not len(after):
            frame = int(laid.frames[laid.pulse >= 0][-1])
            told = f"{many}, after frame {frame}"
            yield "pulses after the last frame", frame, 0, number, count, told
        elif start == 0:
            frame = int(laid.frames[after[0]])
            told = f"{many}, before frame {frame}"
            yield "pulses before the first frame", frame, 0, number, count, told
        else:
            frame = int(laid.frames[after[0]])
            told = f"{many}, they were dropped before frame {frame}"
            yield "dropped frame", frame, 0, number, count, told


def _odd_intervals(laid: Laid) -> Iterator[_Row]:
    """Yield neighbouring frames that are further apart than a period, here, there, or in both."""
    at = np.flatnonzero(laid.pulse >= 0)
    by_pulse = np.diff(ticks(laid.pulse_times)[laid.pulse[at]])
    by_frame = np.diff(ticks(laid.frame_times)[at])
    is_next = (np.diff(laid.pulse[at]) == 1) & (np.diff(at) == 1)
    for place in np.flatnonzero(is_next & ((by_pulse > 1) | (by_frame > 1))).tolist():
        frame, pulse = int(laid.frames[at[place + 1]]), int(laid.pulses[laid.pulse[at[place + 1]]])
        here, there = int(by_frame[place]), int(by_pulse[place])
        if here == there:
            kind, told = "pause", f"{here - 1} exposures are missing before frame {frame} in both"
        elif here == 1:
            kind = "gap in the pulses"
            told = f"{there - 1} pulses are missing before frame {frame}, the video knows no gap"
        else:
            kind = "gap in the video"
            told = f"{here} periods before frame {frame} by the video, {there} by the pulses"
        yield kind, frame, 0, pulse, 0, told


def _doubled(
    laid: Laid,
    is_doubled_frame: Bool[np.ndarray, " frames"],
    is_doubled_pulse: Bool[np.ndarray, " pulses"],
) -> Iterator[_Row]:
    for frame in np.flatnonzero(is_doubled_frame).tolist():
        told = f"frame {frame} comes at once after the one before, and shares its pulse"
        yield "doubled frame", frame, 1, -1, 0, told
    has = laid.pulse >= 0
    own, frames = laid.pulses[laid.pulse[has]], laid.frames[has]
    for pulse in np.flatnonzero(is_doubled_pulse).tolist():
        frame = int(frames[max(int(np.searchsorted(own, pulse)) - 1, 0)])
        told = f"pulse {pulse} comes at once after that of frame {frame}, and is passed over"
        yield "doubled pulse", frame, 0, pulse, 1, told
