"""Dense features: windows that share their frames against encoding each window whole.

    python benchmarks/dense_features.py

VideoPrism-base with random weights, stride 4, all positions kept, then an 8 x 8 lattice. Each is
timed beside whole windows in the same run; the outputs are compared.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np

from ethoprism_core.encoders import Encoder, load_encoder
from ethoprism_core.features.grid import Grid
from ethoprism_core.features.sharing import PicturePair, encode_shared
from ethoprism_core.features.windows import WindowPlan, plan_windows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", default="videoprism-base")
    parser.add_argument("--frames", type=int, default=93, help="frames of noise")
    parser.add_argument("--stride", type=int, default=4)
    parser.add_argument(
        "--whole", type=int, default=2, help="whole windows beside each measurement"
    )
    arguments = parser.parse_args()
    encoder = load_encoder(arguments.encoder, checkpoint="random")
    size = encoder.frame_size
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (arguments.frames, size, size, 3), dtype=np.uint8)
    plan = plan_windows(arguments.frames, encoder.clip_frames, arguments.stride)
    times, rows, columns = encoder.token_shape
    full = Grid(times, rows, columns)
    lattice = Grid(times, rows // 2, columns // 2, "lattice")
    chosen = np.linspace(0, len(plan) - 1, 2 * arguments.whole, dtype=int)

    print(f"{len(plan)} windows of {arguments.frames} frames at stride {arguments.stride}")
    first = plan_windows(1, encoder.clip_frames, 1)
    encode_whole(encoder, pictures, first, np.array([0]))  # compile
    for grid in (full, lattice):
        encode_all(encoder, pictures, first, grid)
    for name, grid in (("all positions", full), (f"lattice {lattice}", lattice)):
        before, seconds_before = encode_whole(encoder, pictures, plan, chosen[::2])
        started = time.perf_counter()
        shared = encode_all(encoder, pictures, plan, grid)
        seconds = (time.perf_counter() - started) / len(plan)
        after, seconds_after = encode_whole(encoder, pictures, plan, chosen[1::2])
        whole = (seconds_before + seconds_after) / 2
        error = max(
            difference(shared[chosen[::2]], before, grid),
            difference(shared[chosen[1::2]], after, grid),
        )
        print(
            f"{name}: {whole:.2f} s a window whole, {seconds:.2f} s shared, "
            f"{whole / seconds:.2f} times the speed, largest difference {error:.1e}"
        )


def encode_all(encoder: Encoder, pictures: np.ndarray, plan: WindowPlan, grid: Grid) -> np.ndarray:
    return np.concatenate(list(encode_shared(pairs_of(pictures, plan), plan, encoder, grid)))


def pairs_of(pictures: np.ndarray, plan: WindowPlan) -> Iterator[PicturePair]:
    for frame, previous in zip(plan.frames, plan.previous_frames, strict=True):
        yield pictures[frame][None], pictures[previous][None]


def encode_whole(
    encoder: Encoder, pictures: np.ndarray, plan: WindowPlan, windows: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the features of whole windows, and the seconds that one of them took."""
    offsets = np.arange(plan.clip_frames) - plan.clip_frames // 2
    features = []
    started = time.perf_counter()
    for centre in plan.centres[windows]:
        frames = pictures[np.clip(centre + offsets, 0, plan.frame_count - 1)]
        features.append(encoder.encode(frames[None].astype(np.float32) / 255))
    return np.concatenate(features), (time.perf_counter() - started) / len(windows)


def difference(shared: np.ndarray, whole: np.ndarray, grid: Grid) -> float:
    kept = grid.reduce(np.stack([grid.select(window) for window in whole]))
    return float(np.abs(shared - kept).max())


if __name__ == "__main__":
    main()
