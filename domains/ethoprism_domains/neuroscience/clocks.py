"""When each frame of a video was taken, on the clock of an experiment.

Frames are the truth. A frame's time on the clock is that of its pulse (or of its line in a file of
timestamps); where it has none, the time is interpolated between its neighbours that have one, by
the video's own frame times. What does not agree is told, with the frames that it concerns.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frames_to_seconds
from ethoprism_domains.neuroscience.alignment import ClockFit
from ethoprism_domains.neuroscience.clock_problems import Laid, list_problems
from ethoprism_domains.neuroscience.matching import match_pulses

_DOUBLED = 0.5  # of the median interval: what comes so soon is there twice
_FEWEST = 2


@dataclass(frozen=True, eq=False)
class FrameClock:
    """The frames of one video on a clock.

    Parameters
    ----------
    times
        Seconds on the clock at which each frame was taken, never going back.
    has_pulse
        Whether the frame has a pulse of its own; else its time is interpolated.
    problems
        What does not agree, in order of frames, with the columns `PROBLEM_COLUMNS`: `kind`, the
        first `frame` concerned and how many `frames`, the first `pulse` and how many `pulses`
        (-1 and 0 where there are none), `clock_s` of the frame, and a sentence.
    notices
        What the user should know beside the problems.
    pulses
        How many pulses there were, without doubled ones; None if that is not known.
    """

    times: Float[np.ndarray, " frame"]
    has_pulse: Bool[np.ndarray, " frame"]
    problems: pd.DataFrame
    notices: tuple[str, ...] = ()
    pulses: int | None = None

    @property
    def period(self) -> float:
        """The median interval of frames in seconds; NaN for a single frame."""
        return float(np.median(np.diff(self.times))) if len(self.times) > 1 else float("nan")

    def through(self, fit: ClockFit) -> "FrameClock":
        """Carry the frames over to another clock, that which `fit` leads to."""
        problems = self.problems.assign(clock_s=fit.to_target(self.problems["clock_s"].to_numpy()))
        return replace(self, times=fit.to_target(self.times), problems=problems)

    def place(self, events: pd.DataFrame) -> pd.DataFrame:
        """Add `start_clock_s` and `stop_clock_s` to events of this video, by their frames."""
        seconds = {
            f"{edge}_clock_s": frames_to_seconds(events[f"{edge}_frame"].to_numpy(), self.times)
            for edge in ("start", "stop")
        }
        return events.assign(**seconds)


def frame_clock(
    pulse_times: Float[np.ndarray, " pulse"], frame_times: Float[np.ndarray, " frame"]
) -> FrameClock:
    """Give each frame of a video the time of its pulse, and tell what does not agree.

    Parameters
    ----------
    pulse_times
        Seconds on the experiment's clock, one for each exposure, in order.
    frame_times
        The video's own frame times in seconds.

    Raises
    ------
    EthoprismError
        If there are fewer than two pulses or frames, or pulses go back.
    """
    if len(pulse_times) < _FEWEST or len(frame_times) < _FEWEST:
        told = f"{len(pulse_times)} pulses and {len(frame_times)} frames"
        raise EthoprismError(told, None, "two of each are needed: check the channel")
    if (np.diff(pulse_times) < 0).any():
        raise EthoprismError("the pulses are not in order", None, "sort them")
    own_pulse, own_frame = _first_of_doubled(pulse_times), _first_of_doubled(frame_times)
    pulses, frames = np.flatnonzero(own_pulse), np.flatnonzero(own_frame)
    matching = match_pulses(pulse_times[pulses], frame_times[frames])
    found = matching.pulse >= 0
    if not found.any():
        raise EthoprismError("no pulse belongs to any frame", None, "check the channel")
    own = (frame_times[frames], pulse_times[pulses])
    laid = Laid(matching.pulse, frames, pulses, *own)
    times = _times(laid, frame_times, own_frame)
    problems = list_problems(laid, ~own_frame, ~own_pulse, times)
    has_pulse = np.zeros(len(frame_times), bool)
    has_pulse[frames[found]] = True
    notices = _notices(len(pulses), len(frames), matching.is_certain)
    return FrameClock(times, has_pulse, problems, notices, len(pulses))


def _first_of_doubled(times: Float[np.ndarray, " time"]) -> Bool[np.ndarray, " time"]:
    steps = np.diff(times)
    return np.concatenate([[True], steps >= _DOUBLED * np.median(steps)])


def _times(
    laid: Laid, frame_times: Float[np.ndarray, " all"], own_frame: Bool[np.ndarray, " all"]
) -> Float[np.ndarray, " all"]:
    """Take times from pulses; between them by the frame times, beyond them at the clocks' ratio."""
    has = laid.pulse >= 0
    known, clock = laid.frames[has], laid.pulse_times[laid.pulse[has]]
    own = frame_times[known]
    rate = (clock[-1] - clock[0]) / (own[-1] - own[0]) if len(known) > 1 else 1.0
    times = np.interp(frame_times, own, clock)
    times = np.where(frame_times < own[0], clock[0] + rate * (frame_times - own[0]), times)
    times = np.where(frame_times > own[-1], clock[-1] + rate * (frame_times - own[-1]), times)
    times[known] = clock
    # a doubled frame is the same exposure as the one before
    last_own = np.maximum.accumulate(np.where(own_frame, np.arange(len(times)), 0))
    return np.maximum.accumulate(times[last_own])


def _notices(pulses: int, frames: int, is_certain: bool) -> tuple[str, ...]:
    notices = []
    if pulses != frames:
        notices.append(f"{pulses} pulses and {frames} frames")
    if not is_certain:
        notices.append(
            "nothing tells for sure which pulses have no frame, or which frames no pulse: "
            "another layout agrees as well"
        )
    return tuple(notices)
