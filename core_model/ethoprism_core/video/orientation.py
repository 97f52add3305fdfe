"""How a stored picture is turned and mirrored so that it stands upright."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from av.buffer import Buffer
from av.video.frame import VideoFrame
from jaxtyping import UInt8


@dataclass(frozen=True)
class Orientation:
    """A quarter turn and mirrorings: first transpose, then flip rows, then flip columns."""

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False

    @classmethod
    def from_matrix(cls, matrix: np.ndarray) -> "Orientation":
        """Read a display matrix: nine fixed-point numbers ``a b u c d v x y w``.

        A stored point ``(x, y)`` is shown at ``(a x + c y, b x + d y)`` (ISO/IEC 14496-12, the
        track header's matrix). A turn that is no multiple of 90 degrees takes the nearest one.
        """
        a, b, _, c, d, *_ = (int(number) for number in matrix)
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(transpose=True, flip_rows=b < 0, flip_columns=c < 0)
        return cls(flip_rows=d < 0, flip_columns=a < 0)

    @classmethod
    def of_frame(cls, frame: VideoFrame) -> "Orientation":
        """Read the display matrix that comes with a decoded frame, if any."""
        data = frame.side_data.get("DISPLAYMATRIX")
        if data is None:
            return cls()
        return cls.from_matrix(np.frombuffer(bytes(cast(Buffer, data)), np.int32))

    @property
    def degrees(self) -> int:
        """Clockwise turn in degrees that makes the stored picture upright, mirroring aside."""
        if self.transpose:
            return 90 if self.flip_columns else 270
        return 180 if self.flip_rows else 0

    @property
    def mirrored(self) -> bool:
        """Whether the picture is also mirrored."""
        return (self.transpose + self.flip_rows + self.flip_columns) % 2 == 1

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Swap height and width where the picture is turned on its side; its own inverse."""
        return (width, height) if self.transpose else (height, width)

    def apply(
        self, picture: UInt8[np.ndarray, "height width 3"]
    ) -> UInt8[np.ndarray, "upright_height upright_width 3"]:
        """Return the picture upright, contiguous in memory."""
        if self.transpose:
            picture = picture.transpose(1, 0, 2)
        if self.flip_rows:
            picture = picture[::-1]
        if self.flip_columns:
            picture = picture[:, ::-1]
        return np.ascontiguousarray(picture)
