"""Day or infrared night, told from the pixels: what an infrared lamp lights has no colour.

A camera writes its infrared pictures as colour pictures in which red, green and blue are alike but
for what compression adds, or all are tinted alike: the tint then depends on the brightness alone.
By day, what is equally bright has different colours, also under a dull sky.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_domains.base import Dataset

LIGHT_COLUMNS = ("recording", "light", "colour", "brightness")
NIGHT, DAY = "night", "day"
_SIDE = 32  # pixels: what compression adds to single pixels is averaged away


@dataclass(frozen=True)
class LightSettings:
    """How day is told from night.

    Parameters
    ----------
    colour
        Pictures with less colour than this, in grey levels of 256, are infrared.
    frames
        So many frames, spread over the clip, are looked at; the middle one of them decides.
    """

    colour: float | int = 5.0
    frames: int = 5

    def __post_init__(self) -> None:
        if self.colour <= 0 or self.frames < 1:
            raise EthoprismError("expected a colour above 0 and at least one frame")


def colourfulness(picture: UInt8[np.ndarray, "height width 3"]) -> float:
    """Measure how much colour a picture has, in grey levels: 0 where it has none.

    The 95th percentile, over squares of the picture, of how far red, green and blue are apart
    beyond what the brightness of the square foretells (a parabola).
    """
    small = _reduced(picture).reshape(-1, 3)
    brightness = small.mean(axis=1)
    apart = small - brightness[:, None]
    known = np.stack([np.ones_like(brightness), brightness / 256, (brightness / 256) ** 2], axis=1)
    tint, *_ = np.linalg.lstsq(known, apart, rcond=None)
    return float(np.percentile(np.ptp(apart - known @ tint, axis=1), 95))


def light_of(video: Video, settings: LightSettings | None = None) -> tuple[str, float, float]:
    """Tell whether a clip is of the day or an infrared night.

    Returns
    -------
    ``day`` or ``night``, the colour it was told by, and its mean brightness in grey levels.
    """
    chosen = settings or LightSettings()
    frames = np.unique(np.linspace(0, len(video) - 1, chosen.frames).round().astype(int)).tolist()
    pictures = list(video.read(frames))
    colour = float(np.median([colourfulness(picture) for picture in pictures]))
    brightness = float(np.mean([picture.mean() for picture in pictures]))
    return (NIGHT if colour < chosen.colour else DAY), colour, brightness


def light_table(dataset: Dataset, settings: LightSettings | None = None) -> pd.DataFrame:
    """Tell the light of each recording that has a video.

    Returns
    -------
    A row a recording, columns `LIGHT_COLUMNS`; videos that cannot be read are left out, for the
    check of the data set tells them.
    """
    rows = []
    for item in dataset.recordings:
        if item.video is None:
            continue
        try:
            with Video(Path(item.video)) as video:
                rows.append((item.name, *light_of(video, settings)))
        except EthoprismError:
            continue
    return pd.DataFrame(rows, columns=list(LIGHT_COLUMNS))


def _reduced(picture: UInt8[np.ndarray, "height width 3"]) -> Float[np.ndarray, "row column 3"]:
    """Average squares of the picture, about `_SIDE` to its longer side."""
    step = max(1, max(picture.shape[:2]) // _SIDE)
    rows, columns = (side // step for side in picture.shape[:2])
    cut = picture[: rows * step, : columns * step].astype(np.float64)
    return cut.reshape(rows, step, columns, step, 3).mean(axis=(1, 3))
