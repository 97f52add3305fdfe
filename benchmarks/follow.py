"""How many times faster than real time an encoder embeds a 640x480 video at 30 Hz.

    python benchmarks/follow.py [VIDEO] [--encoder classical] [--weights FILE] [--stride 8]
        [--animals 1] [--grid 4x4x4:lattice]

All of it counts: learning the background, following, decoding again, cutting, encoding, storing.
The video is a dark animal that wanders over a textured floor, unless one is given.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from ethoprism_core.encoders import Encoder, load_encoder
from ethoprism_core.features import EmbedSettings, Grid, embed_video
from ethoprism_core.video import Video
from ethoprism_core.video.follow import follow_animals

RATE = 30.0


def make_video(path: Path, frames: int) -> Path:
    """Write a dark ellipse with a heading that wanders over a noisy floor."""
    rng = np.random.default_rng(0)
    floor = cv2.resize(rng.normal(150, 15, (60, 80)).astype(np.float32), (640, 480))
    place, heading = np.array([320.0, 240.0]), 0.0
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=int(RATE))
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.options = {"preset": "veryfast"}
        for _ in range(frames):
            heading += rng.normal(0, 0.15)
            place = place + 3 * np.array([np.cos(heading), np.sin(heading)])
            if not ((place > 60) & (place < (580, 420))).all():
                heading = np.arctan2(240 - place[1], 320 - place[0])
            picture = floor + rng.normal(0, 2, floor.shape).astype(np.float32)
            middle = round(place[0]), round(place[1])
            cv2.ellipse(picture, middle, (26, 13), np.degrees(heading), 0, 360, 30.0, -1)
            frame = av.VideoFrame.from_ndarray(picture.clip(0, 255).astype(np.uint8), "gray")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@dataclass(frozen=True)
class Seconds:
    """What one run took; `processor` is the time of all cores together."""

    follow: float
    embed: float
    processor: float

    def __str__(self) -> str:
        return f"following {self.follow:.1f} s, cutting and encoding {self.embed:.1f} s"


def run(path: Path, encoder: Encoder, settings: EmbedSettings, animals: int) -> tuple[Seconds, int]:
    """Follow and embed once; return the seconds and the frames."""
    with tempfile.TemporaryDirectory() as folder, Video(path, cache_dir=folder) as video:
        before, started = time.process_time(), time.perf_counter()
        tracks = follow_animals(video, animals) if animals else None
        followed = time.perf_counter()
        embed_video(video, encoder, Path(folder) / "f.zarr", settings, tracks)
        done = time.perf_counter()
        spent = time.process_time() - before
        return Seconds(followed - started, done - followed, spent), len(video)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", nargs="?", type=Path, help="embed this instead of a made one")
    parser.add_argument("--frames", type=int, default=1800)
    parser.add_argument("--encoder", default="classical")
    parser.add_argument("--weights", metavar="FILE", help="or: random")
    parser.add_argument("--stride", type=int, default=8)
    parser.add_argument("--animals", type=int, default=1, help="that are followed")
    parser.add_argument("--grid", help="by default the encoder's own")
    parser.add_argument("--turns", type=int, default=2)
    given = parser.parse_args()
    encoder = load_encoder(given.encoder, given.weights)
    grid = None if given.grid is None else Grid.parse(given.grid, encoder.token_shape)
    settings = EmbedSettings(given.stride, grid=grid)
    with tempfile.TemporaryDirectory() as folder:
        path = given.video or make_video(Path(folder) / "made.mp4", given.frames)
        runs = [run(path, encoder, settings, given.animals) for _ in range(given.turns)]
    seconds, frames = min(runs, key=lambda one: one[0].follow + one[0].embed)
    length = frames / RATE
    print(f"{frames} frames: {seconds}")
    print(f"{length / seconds.processor:.1f} times real time by the processor time of one core")
    times = length / (seconds.follow + seconds.embed)
    print(f"{times:.1f} times real time")


if __name__ == "__main__":
    main()
