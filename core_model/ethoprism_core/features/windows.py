"""Which frames each window holds, and which results overlapping windows share.

A window around centre frame c holds the frames ``c + frame_step * (k - clip_frames // 2)``. Beyond
the ends the first and last frames repeat. A frame's features depend on two pictures, the frame and
the one before it in its clip, so results are shared under a *position* rather than a frame:
position p shows frame ``min(p, last)``, after frame ``min(p - frame_step, last)``. Positions run on
for one frame step beyond the last frame; there both pictures are the last frame, and so they stay.

An encoder of pairs looks at the second of every two frames of a window only. Positions that no
window holds as one of these are not encoded.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from ethoprism_core.errors import EthoprismError

_FAR = 0.1  # of a window's length: who asked for it should know


@dataclass(frozen=True, eq=False)
class WindowPlan:
    """The windows of a video of `frame_count` frames, in order of time.

    Parameters
    ----------
    centres
        Centre frame of each window, ascending.
    frame_count
        Frames of the video.
    clip_frames
        Frames of a window.
    frame_step
        Frames from one frame of a window to the next.
    uses_every
        Of a window's frames, the encoder looks at every so many, the last one among them.
    """

    centres: Int[np.ndarray, "window"]
    frame_count: int
    clip_frames: int
    frame_step: int = 1
    uses_every: int = 1

    def __len__(self) -> int:
        return len(self.centres)

    def after(self, count: int) -> "WindowPlan":
        """Return the plan without its first `count` windows."""
        return replace(self, centres=self.centres[count:])

    def positions(self, start: int, stop: int) -> Int[np.ndarray, "window time"]:
        """Return the positions that the windows `start` to `stop` hold."""
        offsets = self.frame_step * (np.arange(self.clip_frames) - self.clip_frames // 2)
        return self._clamp(self.centres[start:stop, None] + offsets)

    def used_positions(self, start: int, stop: int) -> Int[np.ndarray, "window time"]:
        """Return the same, with the next position that is used in place of one that is not."""
        times = np.arange(self.clip_frames)
        used = times + (self.clip_frames - 1 - times) % self.uses_every
        return self.positions(start, stop)[:, used]

    @cached_property
    def needed(self) -> Int[np.ndarray, "position"]:
        """Positions that any window uses, ascending: what is to be encoded, once each."""
        return np.flatnonzero(self._marked(self.uses_every))

    @property
    def frames(self) -> Int[np.ndarray, "position"]:
        """The frame shown at each needed position, ascending."""
        return np.minimum(self.needed, self.frame_count - 1)

    @property
    def previous_frames(self) -> Int[np.ndarray, "position"]:
        """The frame before it in its clips; the frame itself where every clip starts with it.

        So no frame is read that no window holds.
        """
        before = np.maximum(self.needed - self.frame_step, 0)
        held = self._marked(1)[before]
        return np.minimum(np.where(held, before, self.needed), self.frame_count - 1)

    def _marked(self, every: int) -> Bool[np.ndarray, "position"]:
        """Mark the positions of every so many frames of the windows."""
        marks = np.zeros(self.frame_count + self.frame_step, bool)
        for k in range((self.clip_frames - 1) % every, self.clip_frames, every):
            # by columns, for a long video has many windows
            offset = self.frame_step * (k - self.clip_frames // 2)
            marks[self._clamp(self.centres + offset)] = True
        return marks

    def _clamp(self, positions: Int[np.ndarray, "..."]) -> Int[np.ndarray, "..."]:
        return np.clip(positions, 0, self.frame_count - 1 + self.frame_step)


def plan_windows(
    frame_count: int, clip_frames: int, stride: int, frame_step: int = 1, uses_every: int = 1
) -> WindowPlan:
    """Plan windows around the frames ``0, stride, 2 * stride, ...``.

    Where the video goes on for more than half a stride after the last of them, one more window is
    centred on its last frame, so that no frame is further than half a stride from a centre.

    Parameters
    ----------
    frame_count
        Frames of the video; at least one.
    clip_frames
        Frames of a window.
    stride
        Frames from one centre to the next.
    frame_step
        Frames from one frame of a window to the next.
    uses_every
        As for `WindowPlan`; see `ethoprism_core.encoders.uses_every`.

    Raises
    ------
    EthoprismError
        If a number is smaller than one.
    """
    check_positive(
        frames=frame_count,
        clip_frames=clip_frames,
        stride=stride,
        frame_step=frame_step,
        uses_every=uses_every,
    )
    centres = np.arange(0, frame_count, stride, dtype=np.int64)
    last = frame_count - 1
    if last - centres[-1] > stride // 2:
        centres = np.append(centres, last)
    return WindowPlan(centres, frame_count, clip_frames, frame_step, uses_every)


def frames_lasting(milliseconds: float | int, frame_times: Float[np.ndarray, " time"]) -> int:
    """Count the frames of a video, at least one, that last as nearly so long as can be.

    Parameters
    ----------
    frame_times
        Of the video, in seconds; the median of their intervals counts.

    Raises
    ------
    EthoprismError
        If the video has no two times.
    """
    return max(1, round(milliseconds / _interval_ms(frame_times)))


def length_notices(
    milliseconds: float | int,
    frame_times: Float[np.ndarray, " time"],
    clip_frames: int,
    frame_step: int,
) -> tuple[str, ...]:
    """Say so where the windows of a video are far from as long as was asked for."""
    length = _interval_ms(frame_times) * clip_frames * frame_step
    if abs(length - milliseconds) <= _FAR * milliseconds:
        return ()
    told = f"windows last {length:.4g} ms instead of {milliseconds:.4g}: {clip_frames} frames"
    apart = "one after the other" if frame_step == 1 else f"{frame_step} apart"
    return (f"{told}, {apart}, are the nearest to it",)


def _interval_ms(frame_times: Float[np.ndarray, " time"]) -> float:
    steps = np.diff(frame_times)
    interval = float(np.median(steps)) if len(steps) else 0.0
    if not interval > 0:
        raise EthoprismError(
            "a window in milliseconds needs a video with frame times", None, "give it in frames"
        )
    return 1000 * interval


def check_positive(**numbers: int) -> None:
    """Raise `EthoprismError` if one of the named numbers is smaller than one."""
    for name, number in numbers.items():
        if number < 1:
            raise EthoprismError(f"{name.replace('_', ' ')} must be at least 1", number)
