"""Dense features: windows that share their frames against encoding each window whole.

    python benchmarks/dense_features.py

VideoPrism-base with random weights at stride 4: all positions, then an 8 x 8 lattice. After every
batch of shared windows one of them is encoded whole, so that both meet the same machine; the
outputs are compared. Besides the clock, the processor's own seconds are given, which other
programs on the machine disturb less.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from ethoprism_core.encoders import Encoder, load_encoder, uses_every
from ethoprism_core.features.grid import Grid
from ethoprism_core.features.sharing import PicturePair, encode_shared
from ethoprism_core.features.windows import WindowPlan, plan_windows

Result = TypeVar("Result")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", default="videoprism-base")
    parser.add_argument("--frames", type=int, default=125, help="frames of noise")
    parser.add_argument("--stride", type=int, default=4)
    arguments = parser.parse_args()
    encoder = load_encoder(arguments.encoder, checkpoint="random")
    size = encoder.frame_size
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (arguments.frames, size, size, 3), dtype=np.uint8)
    every = uses_every(encoder)
    plan = plan_windows(arguments.frames, encoder.clip_frames, arguments.stride, uses_every=every)
    times, rows, columns = encoder.token_shape
    print(f"{len(plan)} windows of {arguments.frames} frames at stride {arguments.stride}")
    encode_whole(encoder, pictures, plan, 0)  # compile
    for grid in (Grid(times, rows, columns), Grid(times, rows // 2, columns // 2, "lattice")):
        compare(encoder, pictures, plan, grid)


def compare(encoder: Encoder, pictures: np.ndarray, plan: WindowPlan, grid: Grid) -> None:
    first = plan_windows(1, plan.clip_frames, 1, uses_every=plan.uses_every)
    list(encode_shared(pairs_of(pictures, first), first, encoder, grid))  # compile
    shared = encode_shared(pairs_of(pictures, plan), plan, encoder, grid)
    spent, spent_whole = np.zeros(2), np.zeros(2)
    window = whole_windows = 0
    error = 0.0
    while window < len(plan):
        features, seconds = timed(lambda: next(shared))
        spent += seconds
        whole, seconds = timed(lambda at=window: encode_whole(encoder, pictures, plan, at))
        spent_whole += seconds
        whole_windows += 1
        kept = grid.reduce(grid.select(whole)[None])
        error = max(error, float(np.abs(features[:1] - kept).max()))
        window += len(features)
    each, each_whole = spent / window, spent_whole / whole_windows
    clock, processor = each_whole / each
    print(
        f"{grid}: {each_whole[0]:.2f} s a window whole, {each[0]:.2f} s shared, {clock:.2f} times "
        f"the speed ({processor:.2f} by processor time), largest difference {error:.1e}",
        flush=True,
    )


def timed(work: Callable[[], Result]) -> tuple[Result, np.ndarray]:
    """Return what `work` gives, with the clock's and the processor's seconds."""
    started = time.perf_counter(), time.process_time()
    made = work()
    return made, np.array([time.perf_counter(), time.process_time()]) - started


def encode_whole(
    encoder: Encoder, pictures: np.ndarray, plan: WindowPlan, window: int
) -> np.ndarray:
    offsets = np.arange(plan.clip_frames) - plan.clip_frames // 2
    frames = np.clip(plan.centres[window] + offsets, 0, plan.frame_count - 1)
    return encoder.encode(pictures[frames][None].astype(np.float32) / 255)[0]


def pairs_of(pictures: np.ndarray, plan: WindowPlan) -> Iterator[PicturePair]:
    for frame, previous in zip(plan.frames, plan.previous_frames, strict=True):
        yield pictures[frame][None], pictures[previous][None]


if __name__ == "__main__":
    main()
