"""Frame rate of decoding and resizing beside that of decoding alone, in one run.

The video is 640x480 H.264, made on the spot unless one is given. Both sides decode with FFmpeg on
all cores, in turns, and the best turn of each counts, since other work on the machine only slows.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from ethoprism_core.video import Video, VideoIndex

TARGET = 0.60


def make_video(path: Path, frames: int) -> Path:
    """Write drifting, noisy texture: about as much work to decode as footage of an arena."""
    rng = np.random.default_rng(0)
    texture = rng.integers(60, 190, (60, 80)).astype(np.float32)
    texture = texture.repeat(8, 0).repeat(8, 1)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.options = {"preset": "veryfast"}
        for number in range(frames):
            picture = np.roll(texture, (number // 3, number), (0, 1))
            picture = picture + rng.normal(0, 2, picture.shape)
            frame = av.VideoFrame.from_ndarray(picture.clip(0, 255).astype(np.uint8), "gray")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def decode_alone(path: Path, frames: int) -> int:
    """Decode with PyAV and nothing else."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in zip(range(frames), file.decode(stream), strict=False))


def rate(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    return work() / (time.perf_counter() - started)


def measure(path: Path, frames: int, side: int, turns: int) -> dict[str, float]:
    """Return the best frame rates of each way."""
    index = VideoIndex.build(path)
    frames = min(frames, len(index))

    def stream(size: tuple[int, int] | None) -> int:
        with Video(path, index) as video:
            return sum(1 for _ in video.stream(0, frames, size=size))

    ways = {
        "decoding alone": lambda: decode_alone(path, frames),
        f"decoding and resizing to {side}": lambda: stream((side, side)),
        "decoding to full RGB": lambda: stream(None),
    }
    best = dict.fromkeys(ways, 0.0)
    for _ in range(turns):
        for name, work in ways.items():
            best[name] = max(best[name], rate(work))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", nargs="?", type=Path, help="decode this instead of a made one")
    parser.add_argument("--frames", type=int, default=1500)
    parser.add_argument("--side", type=int, default=288)
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.video or make_video(Path(folder) / "made.mp4", given.frames)
        best = measure(path, given.frames, given.side, given.turns)
    alone, resized, _ = best.values()
    for name, frames_per_second in best.items():
        print(f"{name:32} {frames_per_second:7.0f} frames/s")
    print(f"ratio {resized / alone:.2f} (to reach: {TARGET:.2f})")


if __name__ == "__main__":
    main()
