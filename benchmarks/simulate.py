"""Frames a second of the simulated laboratory on one core.

    python benchmarks/simulate.py

Random clips of 144 pixels, as encoder training draws them, and whole scenes of 320 pixels, as a
study holds them. A JPEG round trip of the same 144-pixel frames is timed beside them: a yardstick
for how busy or fast the machine is.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from ethoprism_domains.simulated import SceneSettings, random_clips, simulate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=60, help="of 16 frames")
    parser.add_argument("--size", type=int, default=144)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    clips = random_clips(0, frames=16, size=arguments.size)
    warm = [clip.frames for clip in itertools.islice(clips, 30)]  # surfaces are made once

    def draw() -> Iterator[int]:
        for clip in itertools.islice(clips, arguments.clips):
            yield len(clip.frames)

    def compress() -> Iterator[int]:
        for picture in itertools.chain.from_iterable(warm):
            _, code = cv2.imencode(".jpg", picture)
            cv2.imdecode(code, cv2.IMREAD_COLOR)
            yield 1

    yardstick = rate("JPEG round trips", compress)
    drawn = rate(f"random clips of {arguments.size} pixels", draw)
    print(f"random clips run at {drawn / yardstick:.2f} of the JPEG round trips' rate")
    for name, settings in SceneSettings.presets().items():
        rate(f"{name} {settings.size[1]} x {settings.size[0]}", lambda s=settings: scene(s))


def scene(settings: SceneSettings) -> Iterator[int]:
    recording = simulate(settings.lasting(4.0), 1)
    for number in range(len(recording)):
        recording.frame(number)
        yield 1


def rate(name: str, work: Callable[[], Iterator[int]]) -> float:
    """Print and return frames a second of processor time (and of the clock)."""
    clock, processor = time.perf_counter(), time.process_time()
    frames = int(np.sum(list(work())))
    processor, clock = time.process_time() - processor, time.perf_counter() - clock
    print(f"{name}: {frames / processor:.0f} frames/s on one core ({frames / clock:.0f} by clock)")
    return frames / processor


if __name__ == "__main__":
    main()
