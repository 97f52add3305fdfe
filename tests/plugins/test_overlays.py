"""Tracks and poses over the picture: what is read, what is offered, where it is painted."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPointF, Qt
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QPushButton, QWidget

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.tracks import make_tracks, save_tracks
from napari_ethoprism.canvas.placement import Placement
from napari_ethoprism.canvas.rectangle import RectangleDrawer, whole_pixels
from napari_ethoprism.overlays import Overlays, Source, find_sources, read_bodies
from napari_ethoprism.session import Session
from napari_ethoprism.views.overlays import OverlaysView
from napari_ethoprism.views.overlays import view as module

TIMES = np.arange(100) / 20
NAN = float("nan")


def write_dlc(path: Path, rows: list[tuple[float, ...]], first: int = 0) -> Path:
    """Write a table of two body parts; a row is x, y and likelihood of each."""
    lines = [
        "scorer," + ",".join(["net"] * 6),
        "bodyparts," + ",".join(["nose"] * 3 + ["tail"] * 3),
        "coords," + ",".join(["x", "y", "likelihood"] * 2),
        *(f"{first + at}," + ",".join(map(str, row)) for at, row in enumerate(rows)),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_sleap(path: Path) -> Path:
    """Write two animals of two points; the second is not seen in the first frame."""
    points = np.full((2, 2, 2, 100), NAN)  # track, space, node, frame
    points[0] = np.array([[[10.0], [20.0]], [[5.0], [15.0]]])
    points[1, :, :, 1:] = 30.0
    with h5py.File(path, "w") as file:
        file["tracks"] = points
        file["node_names"] = [b"head", b"tail"]
        file["track_names"] = [b"left", b"right"]
    return path


def write_boxes(path: Path, frames: int = 100) -> Path:
    position = np.zeros((frames, 2, 2)) + np.array([[[20.0, 40.0], [10.0, 30.0]]])
    shape = np.full((frames, 2, 2), 8.0)
    sure = np.ones((frames, 2))
    sure[:, 1] = 0.5
    tracks = make_tracks(np.arange(frames) / 20, position, shape, sure, ("A", "B"))
    save_tracks(tracks, path)
    return path


def test_keypoints_and_the_boxes_around_those_that_are_sure(tmp_path: Path):
    rows = [(10, 20, 0.9, 30, 25, 0.8), (11, 21, 0.9, 31, 26, 0.1)]
    bodies = read_bodies(write_dlc(tmp_path / "a.csv", rows), TIMES)
    assert bodies.source == "DeepLabCut" and bodies.keypoints == 2
    [body] = bodies.at(0, 0.6)
    assert body.box == (10, 20, 30, 25) and body.points.tolist() == [[10, 20], [30, 25]]
    [body] = bodies.at(1, 0.6)
    assert body.box is None and body.points.tolist() == [[11, 21]]
    assert not list(bodies.at(1, 0.95)) and not list(bodies.at(50)) and not list(bodies.at(-1))


def test_animals_that_are_not_seen_are_not_shown(tmp_path: Path):
    bodies = read_bodies(write_sleap(tmp_path / "a.h5"), TIMES)
    assert [body.name for body in bodies.at(0)] == ["left"]
    assert [(body.number, body.name) for body in bodies.at(1)] == [(0, "left"), (1, "right")]


def test_boxes_of_tracks(tmp_path: Path):
    bodies = read_bodies(write_boxes(tmp_path / "a.nc"), TIMES)
    assert [body.box for body in bodies.at(7)] == [(16, 6, 24, 14), (36, 26, 44, 34)]
    assert [body.name for body in bodies.at(7, 0.6)] == ["A"] and bodies.keypoints == 0


@pytest.mark.parametrize("kind", ["dlc", "boxes"])
def test_a_file_of_a_longer_video_is_refused(kind: str, tmp_path: Path):
    path = tmp_path / "a.file"
    if kind == "dlc":
        write_dlc(path, [(1, 1, 1, 2, 2, 1)], first=400)
        with_more = TIMES
    else:
        write_boxes(path, 120)
        with_more = TIMES
    with pytest.raises(EthoprismError, match="the video has 100"):
        read_bodies(path, with_more)


@pytest.fixture
def files(session: Session, tmp_path: Path, make_video, qtbot: QtBot) -> Path:
    """The project's third video lies alone, with its files beside it."""
    folder = tmp_path / "alone"
    video = make_video(folder / "three.mp4")
    write_dlc(folder / "threeDLC_net.csv", [(10, 20, 0.9, 30, 25, 0.8)] * 100)
    write_boxes(folder / "three.tracks.nc")
    for name in ("three.labels.csv", "three hundred.h5", "threesome.h5", "other.h5"):
        (folder / name).write_text("video,behavior", encoding="utf-8")
    session.project.add_videos([video])
    with qtbot.waitSignal(session.video_changed, timeout=20_000):
        session.show("three.mp4")
    return folder


def test_files_beside_the_video_and_followed_animals_are_offered(session: Session, files: Path):
    followed = session.project.folder / "features" / "classical" / "three.tracks.nc"
    followed.parent.mkdir(parents=True)
    write_boxes(followed)
    found = find_sources(session.project, session.video)
    titles = [source.title for source in found]
    assert titles == ["three.tracks.nc", "threeDLC_net.csv", "followed animals (classical)"]
    assert found[-1].path == followed


@pytest.fixture
def overlays(session: Session) -> Iterator[Overlays]:
    made = Overlays(session)
    yield made
    made.close()


@pytest.fixture
def view(qtbot: QtBot, session: Session, files: Path, overlays: Overlays) -> OverlaysView:
    made = OverlaysView(session, overlays)
    qtbot.addWidget(made)
    made.show()
    return made


def choose(qtbot: QtBot, view: OverlaysView, title: str) -> None:
    box = view.findChild(QComboBox, "overlay source")
    box.setCurrentText(title)
    assert box.currentText() == title
    box.activated.emit(box.currentIndex())


def told(view: OverlaysView) -> str:
    return view.findChild(QLabel, "overlay").text()


def test_a_file_is_chosen_and_follows_the_frame_and_the_confidence(
    qtbot: QtBot, view: OverlaysView, overlays: Overlays, session: Session
):
    choose(qtbot, view, "three.tracks.nc")
    qtbot.waitUntil(lambda: overlays.bodies is not None)
    assert told(view) == "2 animals, boxes, from ethoprism: A, B."
    assert [body.name for body in overlays.of_frame()] == ["A", "B"]
    view.findChild(QDoubleSpinBox, "least sure").setValue(0.75)
    assert [body.name for body in overlays.of_frame()] == ["A"]
    session.set_shown(-1)
    assert overlays.of_frame() == []
    choose(qtbot, view, "nothing")
    assert overlays.bodies is None


def test_a_file_from_elsewhere_and_one_that_is_none(
    qtbot: QtBot, view: OverlaysView, overlays: Overlays, session: Session, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    asked = [write_sleap(tmp_path / "far ü.h5"), tmp_path / "alone" / "other.h5"]
    monkeypatch.setattr(module, "ask_file", lambda *_: asked.pop(0))
    button = view.findChild(QPushButton, "overlay file")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: overlays.bodies is not None)
    assert view.findChild(QComboBox, "overlay source").currentText() == "far ü.h5"
    assert "2 animals, 2 points each, from SLEAP" in told(view)
    with qtbot.waitSignal(session.told) as said:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "no poses are recognised" in said.args[0]
    assert view.findChild(QComboBox, "overlay source").currentText() == "nothing"


def test_another_video_shows_its_own_file_or_nothing(
    qtbot: QtBot, view: OverlaysView, overlays: Overlays, session: Session, show_video,
    made_videos: list[Path],
):  # fmt: skip
    followed = session.project.folder / "features" / "classical"
    followed.mkdir(parents=True)
    for name in ("one", "three"):
        write_boxes(followed / f"{name}.tracks.nc")
    view._refresh()
    choose(qtbot, view, "followed animals (classical)")
    show_video(session, "one.mp4")
    qtbot.waitUntil(lambda: overlays.bodies is not None)
    assert overlays.source.path.name == "one.tracks.nc"
    show_video(session, "twö.mp4")
    assert overlays.source is None and overlays.bodies is None


PLACEMENT = Placement(4.0, (31.5, 23.5), (400, 300))


def test_places_of_the_picture_and_of_the_window_are_inverse():
    assert PLACEMENT.on_canvas(31.5, 23.5) == QPointF(200, 150)
    moved = Placement(3.0, (10.0, 20.0), (400, 300), (2.0, 0.5), (5.0, -3.0))
    for placement in (PLACEMENT, moved):
        assert placement.on_picture(placement.on_canvas(7.25, 40.0)) == (7.25, 40.0)


@pytest.mark.parametrize(
    ("one", "other", "whole"),
    [
        ((-0.5, -0.5), (63.5, 47.5), (0, 0, 64, 48)),
        ((20.4, 30.2), (9.6, 10.3), (10, 11, 11, 20)),
        ((-90, -5), (900, 700), (0, 0, 64, 48)),
        ((3, 3), (3.2, 3.2), (4, 4, 0, 0)),
    ],
)
def test_a_rectangle_is_of_whole_pixels_of_the_picture(one, other, whole):
    assert whole_pixels(one, other, (64, 48)) == whole


def drag(qtbot: QtBot, widget: QWidget, start: QPointF, stop: QPointF) -> None:
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(widget, left, pos=start.toPoint())
    qtbot.mouseMove(widget, stop.toPoint())
    qtbot.mouseRelease(widget, left, pos=stop.toPoint())


def test_a_rectangle_is_dragged_or_left(qtbot: QtBot):
    canvas = QWidget()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    drawer = RectangleDrawer(canvas, PLACEMENT, (64, 48))
    place = PLACEMENT.on_canvas
    drag(qtbot, drawer, place(5, 5), place(5, 5))  # a click is no rectangle
    assert drawer.isVisible()
    with qtbot.waitSignals([drawer.drawn, drawer.ended]) as signals:
        drag(qtbot, drawer, place(29.5, 20.5), place(9.5, 10.5))
    assert signals.all_signals_and_args[0].args == (10, 11, 20, 10)
    other = RectangleDrawer(canvas, PLACEMENT, (64, 48))
    with qtbot.waitSignal(other.ended), qtbot.assertNotEmitted(other.drawn):
        qtbot.keyClick(other, Qt.Key.Key_Escape)
    assert not other.isVisible()


def test_over_the_picture_of_a_real_viewer(workbench, qtbot: QtBot, tmp_path: Path, read_number):
    """The placement finds the picture on the canvas, animals are painted there, a part is drawn."""
    session, over = workbench.session, workbench.over_picture
    session.seek(37)
    qtbot.waitUntil(lambda: session.shown == 37, timeout=20_000)
    surface = over.glass.parentWidget()
    placement = Placement.of(workbench.viewer, workbench.canvas.layer, surface)
    picture = workbench.viewer.screenshot(canvas_only=True, flash=False)
    ratio = picture.shape[1] / surface.width()
    middles = [[placement.on_canvas(x, y) for x in range(8, 64, 16)] for y in range(8, 48, 16)]
    grey = [[picture[int(p.y() * ratio), int(p.x() * ratio), 0] for p in row] for row in middles]
    if np.ptp(grey):  # without a window system nothing is drawn into the canvas
        assert read_number(np.kron(np.array(grey), np.ones((16, 16)))[..., None]) == 37
    assert over.glass.isHidden()
    path = write_boxes(tmp_path / "boxes.nc")
    workbench.overlays.show(Source("boxes", path))
    qtbot.waitUntil(lambda: workbench.overlays.bodies is not None)
    assert over.glass.isVisible() and over.glass.size() == surface.size()
    image = over.glass.grab().toImage()
    edge = placement.on_canvas(24, 10).toPoint()
    around = {image.pixelColor(edge.x() + by, edge.y()).name() for by in range(-3, 4)}
    assert "#e69f00" in around

    choice = workbench.views["Classify"].encoder
    workbench.panel.setCurrentWidget(workbench.views["Classify"])
    choice.findChild(QPushButton, "draw part").click()
    drawer = surface.findChild(RectangleDrawer)
    drag(qtbot, drawer, placement.on_canvas(-3, 9.5), placement.on_canvas(31.5, 40.5))
    assert choice.chosen()[1]["crop"] == [0, 10, 32, 31]
    choice.findChild(QPushButton, "draw part").click()
