"""The marks of the ruler: round frame numbers, and round times at the frames that they fall on."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from napari_ethoprism.views.timeline.scale import Scale

_SECONDS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
)
_ROUND = (1, 2, 5)


@dataclass(frozen=True)
class Tick:
    """A mark on the ruler: the pixel where it stands, and what it says."""

    x: float
    label: str


def frame_ticks(scale: Scale, spacing: float = 90.0) -> list[Tick]:
    """Mark round frame numbers, at least `spacing` pixels from each other."""
    if not scale.frames:
        return []
    step = _round_step(spacing / scale.per_frame)
    first, last = scale.visible
    frames = range(-(-first // step) * step, last, step)
    return [Tick(scale.x_of(float(frame)), f"{frame:,}") for frame in frames]


def time_ticks(
    scale: Scale, times: Float[np.ndarray, " frame"], spacing: float = 90.0
) -> list[Tick]:
    """Mark round times, each at its place between the two frames around it.

    Where the frame rate varies the marks are not evenly spaced; those that would stand too close to
    the one before are left out.
    """
    if len(times) < 2 or not scale.frames:
        return []
    first, last = scale.visible
    last = min(last, len(times) - 1)
    begin, end = float(times[min(first, last)]), float(times[last])
    pixels = max((last - first) * scale.per_frame, 1.0)
    step = _time_step((end - begin) / pixels * spacing)
    seconds = np.arange(np.ceil(begin / step - 1e-9), np.floor(end / step + 1e-9) + 1) * step
    return _spaced(scale.x_of(_frames_at(seconds, times)), seconds, step, spacing)


def time_text(seconds: float, digits: int = 3) -> str:
    """Write a time as ``m:ss.mmm``, with hours where there are some."""
    total = round(max(seconds, 0.0) * 10**digits)
    whole, part = divmod(total, 10**digits)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"{clock}.{part:0{digits}d}" if digits else clock


def _frames_at(seconds: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give the places of times between frames; `np.interp` would look at all frames."""
    after = np.clip(np.searchsorted(times, seconds), 1, len(times) - 1)
    before = times[after - 1]
    share = (seconds - before) / np.maximum(times[after] - before, 1e-9)
    return after - 1 + np.clip(share, 0, 1)


def _spaced(places: np.ndarray, seconds: np.ndarray, step: float, spacing: float) -> list[Tick]:
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2
    ticks: list[Tick] = []
    for x, time in zip(places.tolist(), seconds.tolist(), strict=True):
        if not ticks or x - ticks[-1].x >= spacing * 0.6:
            ticks.append(Tick(x, time_text(time, digits)))
    return ticks


def _round_step(least: float) -> int:
    size = 1
    while True:
        for digit in _ROUND:
            if digit * size >= least:
                return digit * size
        size *= 10


def _time_step(least: float) -> float:
    at = bisect_left(_SECONDS, least)
    return float(_SECONDS[at]) if at < len(_SECONDS) else 3600.0 * _round_step(least / 3600)
