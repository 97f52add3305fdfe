"""Which pulse belongs to which frame, when some of either are missing.

Pulses and frames are both laid on a grid of ticks, one tick a frame period: an interval of two
periods is a hole of one tick. Holes in the pulses may be lost pulses or a pause of the camera,
holes in the frame times lost frames or times made up by an encoder; so each is laid out with and
without its holes, at each offset that lines something up, and the layout with the fewest
disagreements is taken. A disagreement is a run of pulses without frames or frames without pulses,
or an interval that is of one length here and of another there. Where pulses are left over at the
ends and frames too, they are taken to hide disagreements at several times the rate of holes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

_MOST_HOLES = 8  # of each side, that offsets are tried for
_NEARLY = 1.1  # times as many disagreements: nothing tells for sure
_BY_CHANCE = 3.0  # disagreements that an offset saves by lining up holes that have no tie
_HIDDEN = 6.0  # so many times the rate of holes; a chance agreement of two holes is no evidence


@dataclass(frozen=True, eq=False)
class Matching:
    """Pulses of frames.

    Parameters
    ----------
    pulse
        The pulse of each frame, -1 where it has none.
    disagreements
        How many there are.
    is_certain
        Whether no other layout that gives frames other pulses has nearly as few.
    """

    pulse: Int[np.ndarray, " frame"]
    disagreements: float
    is_certain: bool


def match_pulses(
    pulse_times: Float[np.ndarray, " pulse"], frame_times: Float[np.ndarray, " frame"]
) -> Matching:
    """Find the pulse of each frame; see the module. Neither side holds doubled entries.

    Ties are broken for the layout with the fewest odd intervals, then for the one in which more
    frames have pulses, then for the one that starts with the first pulse.
    """
    pulse_holes, frame_holes = ticks(pulse_times), ticks(frame_times)
    holes = sum(int((np.diff(at) > 1).sum()) for at in (pulse_holes, frame_holes))
    rate = _HIDDEN * (holes + 1) / len(frame_times) if len(frame_times) else 0.0
    best: tuple[tuple[float, int, int], np.ndarray] | None = None
    is_certain = True
    for pulse_at, frame_at in (
        (pulse_holes, frame_holes),
        (np.arange(len(pulse_times)), frame_holes),
        (pulse_holes, np.arange(len(frame_times))),
        (np.arange(len(pulse_times)), np.arange(len(frame_times))),
    ):
        for offset in _offsets(pulse_at, frame_at):
            pulse = _matched(pulse_at, frame_at + offset)
            bare, odd = _disagreements(pulse, pulse_holes, frame_holes)
            left = _left_over(pulse, len(pulse_times))
            cost = bare + odd + (_BY_CHANCE + rate * left if left else 0.0)
            rank = (cost, odd, -int((pulse >= 0).sum()))
            if best is None or rank < best[0]:
                is_certain = best is None or _NEARLY * rank[0] < best[0][0]
                best = rank, pulse
            elif rank[0] <= _NEARLY * best[0][0] and not np.array_equal(pulse, best[1]):
                is_certain = False
    if best is None:
        return Matching(np.full(len(frame_times), -1), 0, is_certain=True)
    return Matching(best[1], best[0][0], is_certain)


def ticks(times: Float[np.ndarray, " time"]) -> Int[np.ndarray, " time"]:
    """Count times by their median interval: 0 for the first, two more after a hole of one."""
    steps = np.diff(times)
    if not len(steps):
        return np.arange(len(times))
    whole = np.maximum(np.rint(steps / np.median(steps)), 1)
    return np.concatenate([[0], np.cumsum(whole)]).astype(np.int64)


def _offsets(
    pulse_at: Int[np.ndarray, " pulse"], frame_at: Int[np.ndarray, " frame"]
) -> Iterator[int]:
    """Yield offsets of the frames that line up starts, ends, or a hole with a hole."""
    if not len(pulse_at) or not len(frame_at):
        return
    before_pulse = pulse_at[:-1][np.diff(pulse_at) > 1][:_MOST_HOLES]
    before_frame = frame_at[:-1][np.diff(frame_at) > 1][:_MOST_HOLES]
    holes = np.subtract.outer(before_pulse, before_frame).ravel().tolist()
    yield from dict.fromkeys([0, int(pulse_at[-1] - frame_at[-1]), *sorted(holes, key=abs)])


def _matched(
    pulse_at: Int[np.ndarray, " pulse"], frame_at: Int[np.ndarray, " frame"]
) -> Int[np.ndarray, " frame"]:
    at = np.minimum(np.searchsorted(pulse_at, frame_at), len(pulse_at) - 1)
    return np.where(pulse_at[at] == frame_at, at, -1)


def _disagreements(
    pulse: Int[np.ndarray, " frame"],
    pulse_holes: Int[np.ndarray, " pulse"],
    frame_holes: Int[np.ndarray, " frame"],
) -> tuple[int, int]:
    """Count runs of frames without pulses and of pulses without frames; and odd intervals."""
    with_pulse = np.flatnonzero(pulse >= 0)
    if not len(with_pulse):
        return 2, 0
    is_bare = np.concatenate([[False], pulse < 0, [False]])
    bare_frames = int((np.diff(is_bare.astype(np.int8)) == 1).sum())
    used = pulse[with_pulse]
    bare_pulses = int(used[0] > 0) + int(used[-1] < len(pulse_holes) - 1)
    bare_pulses += int((np.diff(used) > 1).sum())
    odd = np.diff(pulse_holes[used]) != np.diff(frame_holes[with_pulse])
    return bare_frames + bare_pulses, int(odd.sum())


def _left_over(pulse: Int[np.ndarray, " frame"], pulses: int) -> int:
    """Count what is left at the ends of both sides: the fewer of pulses and frames."""
    with_pulse = np.flatnonzero(pulse >= 0)
    if not len(with_pulse):
        return min(len(pulse), pulses)
    frames = int(with_pulse[0]) + len(pulse) - 1 - int(with_pulse[-1])
    used = pulse[with_pulse]
    return min(frames, int(used[0]) + pulses - 1 - int(used[-1]))
