"""Peak memory of embedding a one-hour video against a one-minute video.

    python benchmarks/embed_memory.py

Small made videos of one wandering animal, followed, encoded by a cheap encoder, each in a process
of its own. The whole road is measured: index, following, cropping, sharing, storing.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np

FPS = 30
MINUTE = 60 * FPS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60, help="length of the long video")
    parser.add_argument("--embed", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.embed is not None:
        embed(arguments.embed)
        return
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for minutes in (1, arguments.minutes):
            video = write_video(Path(folder) / f"{minutes}.mp4", minutes * MINUTE)
            started = time.perf_counter()
            peaks.append(peak_of(video))
            seconds = time.perf_counter() - started
            print(
                f"{minutes} min: peak {peaks[-1]:.0f} MB, {minutes * MINUTE / seconds:.0f} frames/s"
            )
    print(f"the long one takes {100 * (peaks[1] / peaks[0] - 1):+.1f} % memory")


def peak_of(video: Path) -> float:
    command = [sys.executable, __file__, "--embed", str(video)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    return float(done.stdout.split()[-1])


def embed(video: Path) -> None:
    import resource  # not on Windows

    from ethoprism.embedding import Recipe, embed_file

    embed_file(video, Recipe(CheapEncoder(), out=video.parent / "features"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))


class CheapEncoder:
    """Cells of grey: as cheap as an encoder can be, with features as large as VideoPrism's."""

    name = fingerprint = "cheap"
    clip_frames, frame_size, token_shape, feature_dim = 16, 64, (16, 16, 16), 768

    def encode_frames(self, frames: np.ndarray, previous: np.ndarray) -> np.ndarray:  # noqa: D102
        cells = frames.reshape(len(frames), 16, 4, 16, 4, 3).mean(axis=(2, 4, 5), dtype=np.float32)
        return np.repeat(cells[..., None] / 255, self.feature_dim, axis=-1)

    def encode_windows(self, frame_features: np.ndarray) -> np.ndarray:  # noqa: D102
        return frame_features


def write_video(path: Path, frames: int) -> Path:
    ground = np.random.default_rng(0).integers(180, 200, (96, 128)).astype(np.uint8)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=FPS)
        stream.height, stream.width, stream.pix_fmt = *ground.shape, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for number in range(frames):
            y, x = 48 + int(30 * np.sin(number / 37)), 64 + int(40 * np.cos(number / 53))
            picture = ground.copy()
            picture[y - 4 : y + 4, x - 6 : x + 6] = 30
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "gray")))
        file.mux(stream.encode())
    return path


if __name__ == "__main__":
    main()
