"""A video of a few frames, and a small simulated study, for all tests of this folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism.options import EmbedOptions
from ethoprism.training import train
from ethoprism_domains.simulated import SceneSettings, plan_study, write_study


def write_video(path: Path, frames: int = 40, shade: int = 90) -> Path:
    """Write a tiny video of a moving square at 20 frames a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = np.full((48, 64, 3), shade, np.uint8)
            picture[20:28, number % 50 : number % 50 + 8] = 220
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def make_video() -> Callable[..., Path]:
    """Return the writer of tiny videos: ``make_video(path, frames=40, shade=90)``."""
    return write_video


@dataclass(frozen=True)
class TinyStudy:
    """A simulated study on disk, with features and a trained probe that tests may read."""

    folder: Path
    labels: Path
    features: Path
    probe: Path

    @property
    def videos(self) -> list[Path]:
        return sorted(self.folder.glob("*.mp4"))


@pytest.fixture(scope="session")
def tiny_study(tmp_path_factory: pytest.TempPathFactory) -> TinyStudy:
    """Simulate three short videos and train a linear probe on their whole frames."""
    root = tmp_path_factory.mktemp("tiny stüdy")
    scene = SceneSettings(size=(96, 96), frames=150, fps=15.0, body_fraction=0.2, noise=1.0)
    write_study(root / "videos", plan_study(scene, videos=3, seed=3))
    study = TinyStudy(
        root / "videos",
        root / "videos" / "labels.csv",
        root / "features",
        root / "probes" / "mouse",
    )
    options = EmbedOptions("classical", stride=5, follow=0)
    train(study.labels, study.probe, options=options, kind="linear", features=study.features)
    return study
