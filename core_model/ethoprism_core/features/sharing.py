"""Encode windows that overlap: every frame once, shared by all the windows that hold it.

Pictures stream through; a frame's features are kept only until the last window that holds it has
been encoded.

With several individuals a *sample* is one window of one individual and an *item* one picture of
one individual; both are numbered individual by individual.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8

from ethoprism_core.encoders import Encoder
from ethoprism_core.features.grid import Grid
from ethoprism_core.features.windows import WindowPlan

# what is shown at a position and what came before it, each (individual, height, width, 3)
PicturePair = tuple[
    UInt8[np.ndarray, "individual height width 3"], UInt8[np.ndarray, "individual height width 3"]
]


@dataclass(frozen=True)
class BatchSizes:
    """How many items and samples the encoder is given at once; the last batch may be smaller."""

    frames: int = 32
    windows: int = 8


def encode_shared(
    pairs: Iterable[PicturePair],
    plan: WindowPlan,
    encoder: Encoder,
    grid: Grid,
    individuals: int = 1,
    batches: BatchSizes = BatchSizes(),
) -> Iterator[Float[np.ndarray, "sample token_time token_row token_column feature"]]:
    """Yield the features of all samples, in order, a batch at a time.

    Parameters
    ----------
    pairs
        The pictures of each of the plan's needed positions, in order.
    plan
        The windows.
    encoder
        Its two halves are used.
    grid
        What each window's tokens are reduced to.
    individuals
        Pictures in each element of `pairs`.
    batches
        The encoder's batches.
    """
    shared = _SharedFrames()
    groups = _groups(plan, individuals, batches.windows)
    group = next(groups, None)
    for frame_features in _encode_frames(pairs, encoder, grid, batches.frames):
        shared.extend(frame_features)
        while group is not None and group.max() < shared.stop:
            windows = shared.gather(group)
            yield grid.reduce(encoder.encode_windows(windows))
            group = next(groups, None)
            oldest = shared.stop if group is None else int(group.min())
            # the individuals of one position are kept together: later samples may need them
            shared.drop_before(oldest - oldest % individuals)


class _SharedFrames:
    """Features of consecutive items, from the oldest one that is still needed on."""

    def __init__(self) -> None:
        self._start = 0
        self._features: deque[np.ndarray] = deque()

    @property
    def stop(self) -> int:
        return self._start + len(self._features)

    def extend(self, features: Float[np.ndarray, "item row column channel"]) -> None:
        self._features.extend(features)

    def drop_before(self, item: int) -> None:
        while self._start < item:
            self._features.popleft()
            self._start += 1

    def gather(
        self, items: Int[np.ndarray, "sample time"]
    ) -> Float[np.ndarray, "sample time row column channel"]:
        first = self._features[0]
        windows = np.empty((*items.shape, *first.shape), first.dtype)
        for place in np.ndindex(items.shape):
            windows[place] = self._features[int(items[place]) - self._start]
        return windows


def _groups(
    plan: WindowPlan, individuals: int, size: int
) -> Iterator[Int[np.ndarray, "sample time"]]:
    """Yield the items of up to `size` samples at a time."""
    samples = len(plan) * individuals
    for start in range(0, samples, size):
        stop = min(start + size, samples)
        windows = start // individuals, -(-stop // individuals)
        places = np.searchsorted(plan.needed, plan.used_positions(*windows))
        items = places[:, None] * individuals + np.arange(individuals)[:, None]
        flat = items.reshape(-1, plan.clip_frames)
        skipped = start - windows[0] * individuals
        yield flat[skipped : skipped + stop - start]


def _encode_frames(
    pairs: Iterable[PicturePair], encoder: Encoder, grid: Grid, size: int
) -> Iterator[Float[np.ndarray, "item row column channel"]]:
    for frames, previous in _in_batches(pairs, size):
        yield grid.select(encoder.encode_frames(frames, previous))


def _in_batches(pairs: Iterable[PicturePair], size: int) -> Iterator[PicturePair]:
    waiting: list[tuple[np.ndarray, np.ndarray]] = []
    for current, previous in pairs:
        waiting.extend(zip(current, previous, strict=True))
        while len(waiting) >= size:
            yield _stacked(waiting[:size])
            del waiting[:size]
    if waiting:
        yield _stacked(waiting)


def _stacked(items: list[tuple[np.ndarray, np.ndarray]]) -> PicturePair:
    frames, previous = zip(*items, strict=True)
    return np.stack(frames), np.stack(previous)
