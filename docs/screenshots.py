"""Make the pictures of ``annotating.md``: a newcomer's way through the sample study, step by step.

    tests/with_display python docs/screenshots.py [--out docs/images/annotating]

It needs an X server, real or virtual: on Qt's own offscreen display the video stays blank.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

WIDTH, HEIGHT = 1360, 900
LONGEST_WAIT_S = 600.0
ANNOTATOR = "Ada"


class Tour:
    """One window, and what a newcomer does in it, in order.

    Parameters
    ----------
    out
        Where the pictures go.
    folder
        Where the sample study is made.
    """

    def __init__(self, out: Path, folder: Path) -> None:
        import napari

        from napari_ethoprism.workbench import Workbench

        self.out, self.folder = out, folder
        self.viewer = napari.Viewer(show=True)
        self.viewer.window.resize(WIDTH, HEIGHT)
        self.bench = Workbench(self.viewer, ANNOTATOR)
        self.bench.panel.window().activateWindow()

    def run(self) -> None:
        """Take every step."""
        self.start()
        self.code()
        self.ethogram()
        self.keys()
        self.timeline()
        self.learn()
        self.review()
        self.others()
        self.viewer.close()

    def start(self) -> None:
        """Nothing is open yet; then the sample study is."""
        from ethoprism.sample_study import make_sample_study

        self.picture("start")
        project = make_sample_study(self.folder, ANNOTATOR)
        self.bench.session.open_project(project.folder)
        self.until(lambda: bool(self.viewer.layers))
        self.picture("project")

    def code(self) -> None:
        """Code the last video by keys: taps, and one bout by buttons."""
        session = self.bench.session
        self.show(-1)
        self.tab("Code")
        session.set_coding(True)
        keys = [behavior.key for behavior in session.ethogram]
        for number, frame in enumerate((20, 75, 130, 190, 260)):
            session.seek(frame)
            self.rest()
            self.press(keys[number % len(keys)])
        session.seek(300)
        self.picture("code")
        session.set_coding(False)

    def ethogram(self) -> None:
        """Edit the ethogram in the panel."""
        self.click("edit ethogram")
        self.picture("ethogram")
        self.bench.views["Code"].show_buttons()

    def keys(self) -> None:
        """Show the legend of keys."""
        self.click("show legend")
        self.rest(1.0)
        from qtpy.QtWidgets import QApplication

        dialog = next(
            widget
            for widget in QApplication.topLevelWidgets()
            if widget.isVisible() and widget is not self.bench.panel.window()
        )
        dialog.grab().save(str(self.out / "keys.png"))
        dialog.close()
        shrink(self.out / "keys.png")

    def timeline(self) -> None:
        """Select a bout and zoom in on it."""
        session = self.bench.session
        self.show(0)
        bouts = [event for event in session.coding.in_order() if event.kind == "state"]
        chosen = bouts[len(bouts) // 2]
        session.seek(chosen.start_frame)
        session.select([chosen.event_id])
        self.bench.timeline.zoom(3.0)
        self.picture("timeline")
        self.bench.timeline.fit()

    def learn(self) -> None:
        """Prepare the videos, learn, and predict the last one."""
        learner = self.bench.learner
        self.tab("Classify")
        self.rest(1.0)
        for button in ("prepare", "learn", "predict all"):
            self.click(button)
            self.until(lambda: bool(learner.busy), 20.0)
            self.until(lambda: not learner.busy)
        self.picture("learn")
        self.show(-1)
        self.picture("predicted")

    def review(self) -> None:
        """Look at the bouts that are worth it first."""
        self.tab("Review")
        self.bench.learner.make_queue()
        self.until(lambda: bool(self.bench.learner.busy), 20.0)
        self.until(lambda: not self.bench.learner.busy)
        self.rest(3.0)
        self.bench.player.pause()
        self.picture("review")

    def others(self) -> None:
        """Compare a coded video with what the probe says; then the tabs that are left."""
        session = self.bench.session
        self.show(1)
        session.seek(200)
        for title in ("Compare", "Tracks", "Files"):
            self.tab(title)
            if title != "Files":
                self.choose_first(title)
            self.picture(title.lower())

    def show(self, number: int) -> None:
        """Open one of the project's videos."""
        session = self.bench.session
        name = session.project.videos[number].name
        session.show(name)
        self.until(lambda: session.video_name == name)

    def tab(self, title: str) -> None:
        """Turn to a tab of the panel."""
        self.bench.panel.setCurrentWidget(self.bench.views[title])
        self.rest()

    def choose_first(self, title: str) -> None:
        """Choose the first there is to choose in a tab, after the entry that stands for none."""
        from qtpy.QtWidgets import QComboBox

        box = self.bench.views[title].findChild(QComboBox)
        box.setCurrentIndex(1)
        box.activated.emit(1)
        self.rest(4.0)

    def click(self, name: str) -> None:
        """Click the button of that object name."""
        from qtpy.QtWidgets import QAbstractButton

        button = self.bench.panel.findChild(QAbstractButton, name)
        assert button is not None, name
        self.until(button.isEnabled, 30.0)
        button.click()

    def press(self, key: str) -> None:
        """Press a key as the window system does."""
        from qtpy.QtTest import QTest

        QTest.keyClick(self.bench.panel.window().windowHandle(), key)
        self.rest()

    def picture(self, name: str) -> None:
        """Save the whole window."""
        self.rest(1.0)
        path = self.out / f"{name}.png"
        self.viewer.screenshot(str(path), canvas_only=False, flash=False)
        shrink(path)
        print(path)

    def rest(self, seconds: float = 0.2) -> None:
        """Let the window work for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end)

    def until(self, is_so: Callable[[], bool], longest: float = LONGEST_WAIT_S) -> None:
        """Let the window work until something is so."""
        from qtpy.QtWidgets import QApplication

        end = time.monotonic() + longest
        while not is_so():
            assert time.monotonic() < end, "waited too long"
            QApplication.processEvents()
            time.sleep(0.01)


def shrink(path: Path) -> None:
    """Keep 200 colours of a picture: a third of the file, and no eye sees it."""
    from PIL import Image

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(200, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main() -> None:
    """Make all pictures, with settings and folders of their own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images" / "annotating")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NAPARI_CONFIG"] = str(Path(folder) / "napari.yaml")
        Tour(out, Path(folder) / "sample study").run()


if __name__ == "__main__":
    main()
