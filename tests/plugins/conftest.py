"""A small project with made videos, a session, and a workbench in a real viewer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from napari import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication

from ethoprism.project import Project
from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from napari_ethoprism.session import Session
from napari_ethoprism.workbench import Workbench

HEIGHT, WIDTH = 48, 64
BITS_DOWN, BITS_ACROSS = 3, 4
ETHOGRAM = Ethogram(
    (
        Behavior("walk", excludes=("rest",), key="w"),
        Behavior("rest", excludes=("walk",), key="r"),
        Behavior("jump", kind="point", key="j"),
    ),
    subjects=(Subject("A"), Subject("B")),
)


@pytest.fixture(scope="session")
def user_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what stands for the user's own folder."""
    return tmp_path_factory.mktemp("user")


@pytest.fixture(autouse=True)
def private_folders(user_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep indexes, settings and lists of ours, and napari's settings, out of the user's own."""
    monkeypatch.setenv("NAPARI_CONFIG", str(user_folder / "napari.yaml"))
    for kind in ("cache", "config", "data", "documents"):
        monkeypatch.setattr(
            f"platformdirs.user_{kind}_path", lambda *_, kind=kind, **__: user_folder / kind
        )


def draw_number(number: int) -> np.ndarray:
    """Grey picture of 12 blocks, the bits of `number`."""
    bits = number >> np.arange(BITS_DOWN * BITS_ACROSS).reshape(BITS_DOWN, BITS_ACROSS) & 1
    blocks = np.where(bits, 210, 40).astype(np.uint8)
    return np.kron(blocks, np.ones((HEIGHT // BITS_DOWN, WIDTH // BITS_ACROSS), np.uint8))


def number_in(picture: np.ndarray) -> int:
    """Read the number drawn into a picture of any size."""
    height, width = picture.shape[0] // BITS_DOWN, picture.shape[1] // BITS_ACROSS
    middles = picture[height // 2 :: height, width // 2 :: width]
    bits = middles[:BITS_DOWN, :BITS_ACROSS].reshape(BITS_DOWN * BITS_ACROSS, -1).mean(1) > 125
    return int((bits << np.arange(bits.size)).sum())


def write_video(path: Path, frames: int = 100, group: int = 20, fps: int = 20) -> Path:
    """Write a video with the frame's number drawn into every picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "x264-params": f"keyint={group}:scenecut=0"}
        for number in range(frames):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(draw_number(number), "gray")))
        file.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def read_number() -> Callable[[np.ndarray], int]:
    """Return the reader of the number that is drawn into a picture."""
    return number_in


@pytest.fixture(scope="session")
def make_video() -> Callable[..., Path]:
    """Return the writer of small videos: ``make_video(path, frames=100, group=20, fps=20)``."""
    return write_video


@pytest.fixture(scope="session")
def made_videos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two small videos of 100 and of 60 frames, 20 a second; not to be changed."""
    folder = tmp_path_factory.mktemp("videos")
    return [write_video(folder / "one.mp4"), write_video(folder / "twö.mp4", 60)]


@pytest.fixture
def project(tmp_path: Path, made_videos: list[Path]) -> Project:
    """A project of two videos, two states that exclude each other, a point, and two subjects."""
    made = Project.create(tmp_path / "study", ETHOGRAM)
    made.add_videos(made_videos)
    return made


@pytest.fixture
def session(qtbot: QtBot, project: Project) -> Iterator[Session]:
    """A session with the project's first video shown."""
    opened = Session("anna")
    open_project(qtbot, opened, project)
    yield opened
    opened.close_project()
    opened.wait()


@pytest.fixture
def show_video(qtbot: QtBot) -> Callable[[Session, str], None]:
    """Return what shows a video of the project and waits until it is there."""

    def show(session: Session, name: str) -> None:
        with qtbot.waitSignal(session.video_changed, timeout=20_000):
            session.show(name)

    return show


@pytest.fixture
def make_viewer(make_napari_viewer: Callable[..., Viewer]) -> Iterator[Callable[..., Viewer]]:
    """Return napari's maker of viewers; their windows are hidden before it closes them.

    Else napari paints layers while it takes them away, which now and then crashes Mesa.
    """
    yield make_napari_viewer
    for window in QApplication.topLevelWidgets():
        window.hide()


@pytest.fixture
def workbench(
    qtbot: QtBot, make_viewer: Callable[..., Viewer], project: Project
) -> Iterator[Workbench]:
    """A workbench in a real viewer, with the project's first video shown; closed afterwards."""
    viewer = make_viewer(show=True)
    viewer.window.resize(1100, 700)
    made = Workbench(viewer, "anna")
    open_project(qtbot, made.session, project)
    yield made
    made.close()


def open_project(qtbot: QtBot, session: Session, project: Project) -> None:
    with qtbot.waitSignal(session.video_changed, timeout=20_000):
        session.open_project(project.folder)
