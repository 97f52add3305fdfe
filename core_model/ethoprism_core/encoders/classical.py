"""The encoder without weights: optical flow, oriented gradients and change, on a small grid.

It runs on any machine from the first minute, and is the baseline a learned encoder must beat.
Every number is one frame's, or one frame's against the frame before, averaged over the cells of
a grid; a window is four bins of time, each with the bin's averages and its change.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ethoprism_core.errors import EthoprismError

_VERSION = 1
_FRAMES_A_TASK = 16
# below this many pixels a frame an optical flow on compressed video is mostly noise
_STILL = 0.25


@dataclass(frozen=True)
class ClassicalSettings:
    """What the numbers of `ClassicalEncoder` depend on."""

    frame_size: int = 128
    grid: int = 4
    time_bins: int = 4
    clip_frames: int = 16
    orientations: int = 8

    @property
    def appearance_channels(self) -> int:
        """Intensity, contrast, two colour differences, gradient energy, gradient orientations."""
        return 5 + self.orientations

    @property
    def motion_channels(self) -> int:
        """Change, flow x and y, speed, moving share, divergence, curl, flow directions."""
        return 7 + self.orientations


def load_classical(
    checkpoint: str | Path | None, dtype: str | None, frame_size: int | None
) -> "ClassicalEncoder":
    """Build the `classical` encoder; it has no weights, so `checkpoint` must stay away.

    Raises
    ------
    EthoprismError
        If a checkpoint or a dtype other than float32 is asked for, or the frame size does not
        divide into the grid.
    """
    if checkpoint is not None:
        raise EthoprismError("the encoder has no weights", "classical", "leave out the checkpoint")
    if dtype not in (None, "float32"):
        raise EthoprismError("the encoder computes in float32 only", dtype, "leave out the dtype")
    settings = ClassicalSettings() if frame_size is None else ClassicalSettings(frame_size)
    if settings.frame_size < 8 * settings.grid or settings.frame_size % settings.grid:
        raise EthoprismError(
            "the frame size does not fit the encoder's grid",
            frame_size,
            f"use a multiple of {settings.grid} of at least {8 * settings.grid} pixels",
        )
    return ClassicalEncoder(settings)


class ClassicalEncoder:
    """Motion and appearance on a grid, by OpenCV, in the two halves of every encoder.

    Frame channels, each a mean over a cell: intensity, contrast (standard deviation), red-green
    and blue-yellow difference, gradient energy, the shares of unsigned gradient orientations
    (Dalal and Triggs 2005); then absolute change from the previous frame, flow in x and y, its
    speed, the share of moving pixels, divergence, curl, and the flow's speed by direction. Flow is
    dense inverse search (Kroeger et al. 2016), in hundredths of the picture's side a frame.

    A token is a cell in one bin of time: the mean of every channel, the greatest motion, and how
    far the cell's appearance is from its median over the window, which is a difference from the
    background that needs no more than the window itself.

    Parameters
    ----------
    settings
        Sizes; the defaults are the encoder `classical`.
    """

    name = "classical"

    def __init__(self, settings: ClassicalSettings = ClassicalSettings()) -> None:
        self.settings = settings
        self.frame_size = settings.frame_size
        self.clip_frames = settings.clip_frames
        self.token_shape = (settings.time_bins, settings.grid, settings.grid)
        self.feature_dim = 2 * (settings.appearance_channels + settings.motion_channels)
        stated = repr((self.name, _VERSION, sorted(asdict(settings).items())))
        self.fingerprint = hashlib.sha256(stated.encode()).hexdigest()[:16]

    def encode(
        self, clips: Float[np.ndarray, "batch time height width 3"]
    ) -> Float[np.ndarray, "batch token_time token_row token_column feature"]:
        """Encode clips with values in [0, 1], rounded to the 256 levels of a video's pixels."""
        frames = np.rint(np.clip(clips, 0, 1) * 255).astype(np.uint8)
        previous = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
        shape = frames.shape[2:]
        cells = self.encode_frames(frames.reshape(-1, *shape), previous.reshape(-1, *shape))
        return self.encode_windows(cells.reshape(*frames.shape[:2], *cells.shape[1:]))

    def encode_frames(
        self,
        frames: UInt8[np.ndarray, "frame height width 3"],
        previous: UInt8[np.ndarray, "frame height width 3"],
    ) -> Float[np.ndarray, "frame token_row token_column channel"]:
        """Describe each frame and its change from the one before, on all cores.

        Pictures of another size than `frame_size` are resampled first.
        """
        starts = range(0, len(frames), _FRAMES_A_TASK)
        parts = [(frames[i : i + _FRAMES_A_TASK], previous[i : i + _FRAMES_A_TASK]) for i in starts]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # OpenCV releases the interpreter's lock
            done = list(pool.map(lambda part: self._describe(*part), parts))
        grid, channels = self.settings.grid, self.feature_dim // 2
        return np.concatenate([np.empty((0, grid, grid, channels), np.float32), *done])

    def _describe(self, frames: np.ndarray, previous: np.ndarray) -> np.ndarray:
        flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)  # not for two threads
        cells = [
            _frame_cells(self._fit(frame), self._fit(before), flow, self.settings)
            for frame, before in zip(frames, previous, strict=True)
        ]
        return np.stack(cells)

    def _fit(self, picture: np.ndarray) -> np.ndarray:
        size = (self.frame_size, self.frame_size)
        if picture.shape[:2] == size:
            return picture
        return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)

    def encode_windows(
        self, frame_features: Float[np.ndarray, "window time row column channel"]
    ) -> Float[np.ndarray, "window token_time row column feature"]:
        """Summarise windows in bins of time, each position by itself.

        The change that a window's first frame carries comes from outside the window, and is left
        out; a window of one frame has no motion.
        """
        split = self.settings.appearance_channels
        appearance, motion = frame_features[..., :split], frame_features[..., split:]
        motion = np.concatenate([np.zeros_like(motion[:, :1]), motion[:, 1:]], axis=1)
        away = np.abs(appearance - np.median(appearance, axis=1, keepdims=True))
        times = np.arange(frame_features.shape[1])
        tokens = []
        for bin_ in np.array_split(times, min(self.settings.time_bins, len(times))):
            moving = bin_[bin_ > 0] if bin_[-1] > 0 else bin_
            parts = [
                appearance[:, bin_].mean(axis=1),
                away[:, bin_].mean(axis=1),
                motion[:, moving].mean(axis=1),
                np.abs(motion[:, moving]).max(axis=1),
            ]
            tokens.append(np.concatenate(parts, axis=-1))
        return np.stack(tokens, axis=1).astype(np.float32)


def _frame_cells(
    frame: np.ndarray, previous: np.ndarray, flow: cv2.DISOpticalFlow, settings: ClassicalSettings
) -> np.ndarray:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    before = cv2.cvtColor(previous, cv2.COLOR_RGB2GRAY)
    channels = [
        *_intensity(frame, grey, settings.grid),
        *_gradients(grey, settings),
        *_motion(grey, before, flow, settings),
    ]
    return np.stack(channels, axis=-1).astype(np.float32)


def _intensity(frame: np.ndarray, grey: np.ndarray, grid: int) -> list[np.ndarray]:
    level = grey.astype(np.float32) / 255
    red, green, blue = cv2.split(frame.astype(np.float32) / 255)
    mean = _cells(level, grid)
    variance = np.maximum(_cells(level * level, grid) - mean * mean, 0)
    yellow = (red + green) / 2
    return [mean, np.sqrt(variance), _cells(red - green, grid), _cells(yellow - blue, grid)]


def _gradients(grey: np.ndarray, settings: ClassicalSettings) -> list[np.ndarray]:
    x = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / (8 * 255))
    y = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / (8 * 255))
    size, angle = cv2.cartToPolar(x, y)
    shares = _directions(size, np.mod(angle, np.pi) / np.pi, settings)
    norm = np.sqrt((shares**2).sum(axis=-1, keepdims=True)) + 1e-2
    return [_cells(size, settings.grid), *np.moveaxis(shares / norm, -1, 0)]


def _motion(
    grey: np.ndarray, before: np.ndarray, flow: cv2.DISOpticalFlow, settings: ClassicalSettings
) -> list[np.ndarray]:
    # the flow that is handed over is where the search starts
    pixels = flow.calc(before, grey, np.zeros((*grey.shape, 2), np.float32))
    x, y = cv2.split(pixels * (100 / len(grey)))
    speed, angle = cv2.cartToPolar(x, y)
    moving = (speed > _STILL * 100 / len(grey)).astype(np.float32)
    spread = cv2.Sobel(x, cv2.CV_32F, 1, 0, scale=1 / 8) + cv2.Sobel(
        y, cv2.CV_32F, 0, 1, scale=1 / 8
    )
    turn = cv2.Sobel(y, cv2.CV_32F, 1, 0, scale=1 / 8) - cv2.Sobel(x, cv2.CV_32F, 0, 1, scale=1 / 8)
    change = cv2.absdiff(grey, before).astype(np.float32) / 255
    maps = [change, x, y, speed, moving, spread, turn]
    directions = _directions(speed, angle / (2 * np.pi), settings)
    return [*(_cells(one, settings.grid) for one in maps), *np.moveaxis(directions, -1, 0)]


def _directions(weight: np.ndarray, turn: np.ndarray, settings: ClassicalSettings) -> np.ndarray:
    """Mean weight of each cell by direction (in turns, 0 to 1), shared by the two nearest bins."""
    grid, bins = settings.grid, settings.orientations
    place = turn * bins
    lower = np.floor(place).astype(np.intp)
    share = weight * (place - lower)
    cell = np.arange(len(weight)) * grid // len(weight)
    base = (cell[:, None] * grid + cell) * bins
    total = np.bincount((base + lower % bins).ravel(), (weight - share).ravel(), grid * grid * bins)
    total += np.bincount((base + (lower + 1) % bins).ravel(), share.ravel(), grid * grid * bins)
    return total.reshape(grid, grid, bins) * (grid * grid / weight.size)


def _cells(values: np.ndarray, grid: int) -> np.ndarray:
    return cv2.resize(values, (grid, grid), interpolation=cv2.INTER_AREA)
