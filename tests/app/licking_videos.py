"""A video of any rate in which something moves on the left in some bouts, else on the right."""

from pathlib import Path

import av
import numpy as np

SECONDS = 1.6
BOUTS = [(0.2, 0.44), (0.7, 0.9), (1.1, 1.4)]


def write_licks(folder: Path, rate: int) -> Path:
    """Write a video in which the face flickers in some bouts, and the paws at other times."""
    path = folder / f"licks{rate}.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(round(SECONDS * rate)):
            time = number / rate
            picture = np.full((48, 64, 3), 60, np.uint8)
            is_bout = any(start <= time < stop for start, stop in BOUTS)
            left = 4 if is_bout else 36
            shift = round(8 + 8 * np.sin(2 * np.pi * 20 * time))
            picture[10:34, left + shift : left + shift + 8] = 230
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        file.mux(stream.encode(None))
    return path
