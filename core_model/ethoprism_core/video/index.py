"""Which frames a video file really holds, and when each is shown."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64

from ethoprism_core.video.orientation import Orientation

_VARIABLE = 0.1  # of the median interval: more than what rounding to the file's clock makes


@dataclass(frozen=True)
class HeaderClaims:
    """What the file's header says about itself; None where it says nothing.

    Parameters
    ----------
    frames
        The number of frames.
    duration
        In seconds.
    rate
        The average frame rate in frames per second.
    """

    frames: int | None = None
    duration: float | None = None
    rate: float | None = None


@dataclass(frozen=True, eq=False)
class VideoIndex:
    """The frames of one video file in the order they are shown.

    Parameters
    ----------
    path
        The file.
    fingerprint
        Of the file's content, see `ethoprism_core.files.fingerprint_file`.
    pts
        Presentation timestamp of every frame, ascending, in units of `time_base`.
    time_base
        Seconds in one unit.
    keyframes
        Where decoding can start, ascending; what the numbers mean says `seek_by`.
    group_starts
        For every keyframe the first frame that is right when decoding starts there.
    seek_by
        ``"pts"`` where timestamps identify the frames. Elsewhere frame n is the n-th that decoding
        from the start gives, and keyframes are found by decoding time (``"dts"``) or ``"byte"``.
    stored_size
        ``(height, width)`` of the stored picture, before it is turned upright.
    orientation
        How the stored picture is turned upright.
    codec, pixel_format, container
        As FFmpeg names them.
    claims
        What the header says.
    notices
        What the user should know, one sentence each.
    """

    path: Path
    fingerprint: str
    pts: Int64[np.ndarray, " frame"]
    time_base: Fraction
    keyframes: Int64[np.ndarray, " keyframe"]
    group_starts: Int64[np.ndarray, " keyframe"]
    seek_by: Literal["pts", "dts", "byte"]
    stored_size: tuple[int, int]
    orientation: Orientation
    codec: str
    pixel_format: str
    container: str
    claims: HeaderClaims
    notices: tuple[str, ...]

    @classmethod
    def build(cls, path: str | Path) -> "VideoIndex":
        """Demux `path` once, decode its first and last frames, and return the index.

        Raises
        ------
        EthoprismError
            If the file cannot be opened as a video or no frame of it decodes.
        """
        from ethoprism_core.video.indexing import build_index

        return build_index(Path(path))

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def size(self) -> tuple[int, int]:
        """``(height, width)`` of the upright picture."""
        return self.orientation.size(*self.stored_size)

    @property
    def counted(self) -> bool:
        """Whether frames are told apart by counting them rather than by their timestamps."""
        return self.seek_by != "pts"

    def keyframe_before(self, number: int) -> int:
        """Position in `keyframes` of the one to decode frame `number` from; -1 is the start."""
        return int(np.searchsorted(self.group_starts, number, side="right")) - 1

    def group_start(self, number: int) -> int:
        """Return the first frame of the group of pictures that holds frame `number`."""
        keyframe = self.keyframe_before(number)
        return int(self.group_starts[keyframe]) if keyframe >= 0 else 0

    @cached_property
    def times(self) -> Float64[np.ndarray, " frame"]:
        """Seconds from frame 0 of every frame."""
        scale = self.time_base.numerator / self.time_base.denominator
        return np.asarray((self.pts - self.pts[0]) * scale, np.float64)

    @cached_property
    def interval(self) -> float:
        """Median seconds from one frame to the next; for a single frame as its header claims."""
        if len(self) > 1:
            return float(np.median(np.diff(self.times)))
        return 1.0 / self.claims.rate if self.claims.rate else 0.0

    @property
    def fps(self) -> float:
        """Frames per second, from the median interval; for display only."""
        return 1.0 / self.interval if self.interval else 0.0

    @property
    def duration(self) -> float:
        """Seconds from the start of the first frame to the end of the last."""
        return float(self.times[-1]) + self.interval

    @property
    def variable_rate(self) -> bool:
        """Whether the intervals between frames differ by more than the clock's rounding."""
        if len(self) < 3:
            return False
        spread = np.abs(np.diff(self.times) - self.interval).max()
        return bool(spread > max(_VARIABLE * self.interval, 1.5 * float(self.time_base)))
