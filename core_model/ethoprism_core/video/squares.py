"""One square a frame around each animal: large enough for it, and quieter than it."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Float
from scipy.ndimage import median_filter, uniform_filter1d

from ethoprism_core.video.tracks import check_tracks

_LEAST_LENGTH = 4.0  # pixels; boxes of other programs may have no size


@dataclass(frozen=True)
class SquareSettings:
    """How squares follow animals.

    Parameters
    ----------
    lengths
        Side of a square in lengths of its animal.
    smooth
        Seconds of the moving average of the path; the same to both sides, so nothing lags.
    zoom
        How much an animal's length must change, as a ratio, before its square changes with it.
    zoom_seconds
        Seconds over which its length is taken then.
    """

    lengths: float = 2.0
    smooth: float = 0.2
    zoom: float = 2.0
    zoom_seconds: float = 4.0


def square_crops(
    tracks: xr.Dataset, settings: SquareSettings = SquareSettings()
) -> Float[np.ndarray, "time individual 3"]:
    """Return one square a frame and individual: centre x, centre y and side in pixels.

    A frame's square depends on the frame alone and not on the window it is seen in, so that
    overlapping windows share what is computed from it. The side stays the same throughout unless
    the animal's length changes much, as before a camera trap. A square may reach over the
    picture's edge, but is never larger than the picture, nor smaller than a few pixels.

    Raises
    ------
    EthoprismError
        If the tracks are no boxes.
    """
    tracks = check_tracks(tracks)
    rate = float(tracks.attrs.get("fps", 0)) or _rate(tracks)
    span = max(1, 2 * round(settings.smooth * rate / 2) + 1)
    centres = tracks["position"].transpose("time", "individual", "space").values
    smooth = uniform_filter1d(centres.astype(float), span, axis=0, mode="nearest")
    lengths = np.maximum(body_lengths(tracks), _LEAST_LENGTH)
    sides = settings.lengths * np.stack(
        [
            _length(body, seen, rate, settings)
            for body, seen in zip(lengths.T, _weights(tracks).T, strict=True)
        ],
        axis=1,
    )
    largest = max(tracks.attrs.get("picture_size", [np.inf]))
    return np.concatenate([smooth, np.minimum(sides, largest)[..., None]], axis=2)


def body_lengths(tracks: xr.Dataset) -> Float[np.ndarray, "time individual"]:
    """Return each animal's length in pixels: of its body, or else of its box's longer side."""
    if "length" in tracks:
        return tracks["length"].transpose("time", "individual").values.astype(float)
    return tracks["shape"].max("space").transpose("time", "individual").values.astype(float)


def _weights(tracks: xr.Dataset) -> Float[np.ndarray, "time individual"]:
    return tracks["confidence"].transpose("time", "individual").values.astype(float)


def _rate(tracks: xr.Dataset) -> float:
    steps = np.diff(tracks["time"].values)
    return float(1 / np.median(steps)) if len(steps) else 1.0


def _length(
    body: Float[np.ndarray, " time"],
    confidence: Float[np.ndarray, " time"],
    rate: float,
    settings: SquareSettings,
) -> Float[np.ndarray, " time"]:
    """Return an animal's length in every frame: one number, unless it changes much."""
    alone = confidence > 0.6
    trusted = alone if alone.sum() >= 5 else np.ones(len(body), bool)
    usual = float(np.quantile(body[trusted], 0.8))
    span = max(1, round(settings.zoom_seconds * rate))
    known = np.interp(np.arange(len(body)), np.flatnonzero(trusted), body[trusted])
    step = max(1, span // 30)  # a median over fewer frames is as good
    slow = median_filter(known[::step], max(1, span // step), mode="nearest")
    if np.quantile(slow, 0.95) < settings.zoom * np.quantile(slow, 0.05):
        return np.full(len(body), usual)
    slow = np.interp(np.arange(len(body)), np.arange(0, len(body), step), slow)
    return uniform_filter1d(slow, span, mode="nearest") * usual / np.quantile(slow, 0.8)
