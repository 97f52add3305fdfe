"""How a video is embedded: its windows, and what is shown and kept of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.grid import Grid
from ethoprism_core.features.windows import check_positive, frames_lasting, length_notices
from ethoprism_core.video import Rectangle, Region, plain_regions
from ethoprism_core.video.clips import outside

DEFAULT_STRIDE = 8


@dataclass(frozen=True)
class EmbedSettings:
    """What of a video is encoded, and what of it is kept.

    Parameters
    ----------
    stride
        Frames from one window's centre to the next; None for 8, or for half a window of
        `milliseconds`.
    frame_step
        Frames from one frame of a window to the next.
    grid
        What a window's tokens are reduced to; None for the encoder's default.
    crop
        The part of the picture that is shown to the encoder; None for all of it.
    regions
        Named parts of the picture that are encoded each by itself, like individuals.
    milliseconds
        How long a window lasts, in place of `frame_step`: it becomes frames by each video's times.

    Raises
    ------
    EthoprismError
        If a number is smaller than one, two regions have one name, or two settings exclude each
        other.
    """

    stride: int | None = None
    frame_step: int = 1
    grid: Grid | None = None
    crop: Rectangle | None = None
    regions: tuple[Region, ...] = ()
    milliseconds: float | int | None = None

    def __post_init__(self) -> None:
        stride = 1 if self.stride is None else self.stride
        check_positive(stride=stride, frame_step=self.frame_step)
        plain_regions(self.regions)  # which refuses two of one name
        if self.crop is not None and self.regions:
            raise EthoprismError("a crop and regions exclude each other", None, "choose one")
        if self.milliseconds is None:
            return
        if not self.milliseconds > 0:
            raise EthoprismError(f"a window of {self.milliseconds} ms", None, "give a length")
        if self.frame_step != 1:
            told = "a window in milliseconds and a frame step exclude each other"
            raise EthoprismError(told, None, "choose one")

    def steps(self, frame_times: Float[np.ndarray, " time"], clip_frames: int) -> tuple[int, int]:
        """Give the stride and the frame step for a video with these times, in frames.

        Raises
        ------
        EthoprismError
            If windows are in milliseconds, and the video has no two times.
        """
        if self.milliseconds is None:
            return self.stride or DEFAULT_STRIDE, self.frame_step
        span = frames_lasting(self.milliseconds, frame_times)
        return self.stride or max(1, span // 2), max(1, round(span / clip_frames))

    def notices(self, frame_times: Float[np.ndarray, " time"], clip_frames: int) -> tuple[str, ...]:
        """Say what the user should know: where windows cannot last as long as was asked for."""
        if self.milliseconds is None:
            return ()
        _, step = self.steps(frame_times, clip_frames)
        return length_notices(self.milliseconds, frame_times, clip_frames, step)

    def parts(self, size: tuple[int, int], where: object = None) -> tuple[Rectangle, ...]:
        """Give the fixed parts that are encoded of a picture of `size` ``(height, width)``.

        There is none where all of it is. `where` is the video, for the error.

        Raises
        ------
        EthoprismError
            If one is not inside the picture.
        """
        if self.crop is not None:
            box = self.crop
            told = f"the crop {box.left},{box.top},{box.width},{box.height}"
            left, top, right, bottom = box.bounds()
            if left < 0 or top < 0 or right > size[1] or bottom > size[0]:
                raise outside(told, size, where)
            return (box,)
        return tuple(region.rectangle(size, where) for region in self.regions)

    def shown(self, size: tuple[int, int]) -> str:
        """Say what is encoded of a picture, as feature stores note it: in whole pixels.

        Raises
        ------
        EthoprismError
            If a part is not inside the picture.
        """
        parts = self.parts(size)
        boxes = [f"{part.left},{part.top},{part.width},{part.height}" for part in parts]
        if self.regions:
            named = zip(self.regions, boxes, strict=True)
            return ";".join(f"{region.name}={box}" for region, box in named)
        return ";".join(boxes) or "whole"
