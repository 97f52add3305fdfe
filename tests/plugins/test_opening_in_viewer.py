"""The workbench as napari opens it: from the menu, by a dropped video, from the command line."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import napari
import pytest
from pytestqt.qtbot import QtBot

from ethoprism.project import Project
from ethoprism_domains.annotation.editing import add
from ethoprism_domains.annotation.store import read_journal
from napari_ethoprism.contributions import workbench_of
from napari_ethoprism.launching import launch
from napari_ethoprism.settings import Settings
from napari_ethoprism.workbench import PANEL

MakeViewer = Callable[..., napari.Viewer]


@pytest.fixture
def viewer(make_viewer: MakeViewer, monkeypatch: pytest.MonkeyPatch) -> napari.Viewer:
    made = make_viewer(show=True)
    monkeypatch.setattr("napari.current_viewer", lambda: made)
    return made


@pytest.fixture
def bare(tmp_path: Path, made_videos: list[Path]) -> Path:
    (tmp_path / "site").mkdir()
    return Path(shutil.copy(made_videos[0], tmp_path / "site"))


def test_a_video_dropped_on_the_viewer_is_opened_in_the_workbench(
    qtbot: QtBot, viewer: napari.Viewer, bare: Path
):
    viewer.open(str(bare), plugin="ethoprism")
    bench = workbench_of(viewer)
    qtbot.waitUntil(lambda: bench.session.video is not None, timeout=20_000)
    assert bench.session.video_name == "one.mp4"
    assert bench.session.project is not None
    assert bench.session.project.folder == bare.parent / "ethoprism"
    qtbot.waitUntil(lambda: [layer.name for layer in viewer.layers] == ["one.mp4"], timeout=20_000)
    assert workbench_of(viewer) is bench
    bench.session.do(add, "none", 1, 5)  # no such behaviour: told, and nothing breaks
    journal = bench.session.store.paths.journal
    threads = threading.active_count()
    viewer.close()
    assert read_journal(journal).lines[-1].kind == "close"
    assert bench.session.project is None
    assert threading.active_count() <= threads


def test_the_menu_opens_one_workbench_and_its_cross_takes_all_of_it_away(
    qtbot: QtBot, viewer: napari.Viewer
):
    bench = workbench_of(viewer, "Ann")
    assert bench.session.annotator == "Ann"
    assert {PANEL, "Timeline"} <= set(viewer.window.dock_widgets)
    bench.panel.parent().destroyOnClose()
    assert not {PANEL, "Timeline"} & set(viewer.window.dock_widgets)
    again = workbench_of(viewer, "Bob")
    assert again is not bench and again.session.annotator == "Bob"
    again.close()


def test_napari_docks_the_panel_that_the_manifest_names(qtbot: QtBot, viewer: napari.Viewer):
    from napari._app_model import get_app_model

    get_app_model().commands.execute_command("ethoprism.workbench")
    assert {PANEL, "Timeline"} <= set(viewer.window.dock_widgets)
    bench = workbench_of(viewer)
    assert viewer.window.dock_widgets[PANEL] is bench.panel
    bench.close()


def test_the_command_line_opens_what_it_names(
    qtbot: QtBot, viewer: napari.Viewer, bare: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[tuple[str, str]] = []

    def run() -> None:
        bench = workbench_of(viewer)
        qtbot.waitUntil(lambda: bench.session.video is not None, timeout=20_000)
        seen.append((bench.session.annotator, bench.session.video_name))
        bench.close()

    monkeypatch.setattr("napari.Viewer", lambda **_: viewer)
    monkeypatch.setattr("napari.run", run)
    assert launch([bare], "Ann") == 0
    assert seen == [("Ann", "one.mp4")]


def test_the_settings_are_obeyed(
    qtbot: QtBot, viewer: napari.Viewer, project: Project, monkeypatch: pytest.MonkeyPatch
):
    chosen = Settings(annotator="Cy", hold_ms=700, observe_while_playing=False, cache_mb=64)
    monkeypatch.setattr("napari_ethoprism.settings.read_settings", lambda: chosen)
    monkeypatch.setattr("napari_ethoprism.workbench.read_settings", lambda: chosen)
    bench = workbench_of(viewer)
    assert bench.session.annotator == "Cy"
    assert not bench.observing.is_enabled
    with qtbot.waitSignal(bench.session.video_changed):
        bench.session.open_project(project.folder)
    bench.session.set_coding(True)
    coder = bench.views["Code"].coder
    for begin, is_open in ((0.0, True), (10.0, False)):
        bench.session.seek(0)
        coder.press("walk", begin)
        bench.session.seek(20)
        coder.release("walk", begin + (0.5 if is_open else 0.9))
        assert bool(bench.session.coding.open_bouts()) == is_open
        while bench.session.coding.events:
            bench.session.undo()
    bench.close()
