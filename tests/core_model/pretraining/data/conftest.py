"""Small videos whose pictures tell which frame they are, and corpora of them."""

from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.pretraining.data import Span, VideoCorpus, Views

FRAMES, FPS = 24, 12


def write_video(path: Path, frames: int = FRAMES, codec: str = "mpeg4") -> Path:
    """Write a video of 48 x 64 pixels whose left half brightens by 8 from frame to frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = np.full((48, 64, 3), 40, np.uint8)
            picture[:, :32] = 20 + 8 * (number % 25)
            picture[20:28, 40:48] = (200, 60, 60)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def videos(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("Käfig 1")
    return [write_video(folder / f"{n}.mp4") for n in range(3)]


@pytest.fixture
def corpus(videos) -> VideoCorpus:
    spans = tuple(Span(path, caption=f"animal {n} walks") for n, path in enumerate(videos))
    return VideoCorpus("lab", spans * 3, Views())


@pytest.fixture
def short_video(tmp_path) -> Path:
    """A video of nine frames."""
    return write_video(tmp_path / "short.mp4", frames=9)
