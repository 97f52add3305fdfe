"""How long the timeline takes to repaint with many events.

    QT_QPA_PLATFORM=offscreen python benchmarks/timeline.py [--events 20000] [--lanes 10]

Each time is from the session's signal to the end of painting, with Qt's software renderer: the
processor's time of the window's thread, so that what else the machine does counts little. The
events lie in all lanes evenly; one half of what is measured is with the whole video in view, where
every event is painted, the other half zoomed in.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from qtpy.QtWidgets import QApplication

from ethoprism.project import Project
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.annotation.editing import Event, add_all, move
from ethoprism_domains.annotation.store import AnnotationStore
from napari_ethoprism.session import Session
from napari_ethoprism.session.predictions import Predictions
from napari_ethoprism.views.theme import Theme
from napari_ethoprism.views.timeline import TimelineView

SPACING = 20  # frames from event to event


class NoVideo:
    """Stands in for a video: frames and times, no pictures."""

    notices: tuple[str, ...] = ()

    def __init__(self, frames: int) -> None:
        self.times = np.arange(frames) / 30

    def __len__(self) -> int:
        return len(self.times)

    def close(self) -> None:
        """Nothing is open."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--lanes", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=100)
    given = parser.parse_args()
    application = QApplication.instance() or QApplication([])
    say(f"{given.events} events in {given.lanes} lanes, 1400 x 400 pixels, milliseconds")
    for name, times in measure_timeline(given.events, given.lanes, given.repeats):
        middle, late = statistics.median(times), float(np.percentile(times, 95))
        say(f"{name}: median {middle * 1e3:.2f}, 95th percentile {late * 1e3:.2f}")
    application.processEvents()


def measure_timeline(
    events: int = 20_000, lanes: int = 10, repeats: int = 100
) -> Iterator[tuple[str, list[float]]]:
    """Measure in turn; yields what was done, and the seconds that each time took."""
    with coded_session(events, lanes) as session:
        view = TimelineView(session, Theme())
        view.resize(1400, 400)
        view.show()
        settle()
        for where, zoom in (("whole video", 0.0), ("zoomed in", 50.0)):
            view.fit()
            if zoom:
                view.zoom(zoom)
            settle()
            for name, act in actions(view).items():
                if name == "panned" and not zoom:
                    continue  # there is nowhere to pan to
                yield f"{name}, {where}", [timed(act, number) for number in range(repeats)]
        view.close()


def actions(view: TimelineView) -> dict[str, Callable[[int], Callable[[], None]]]:
    """Give what is timed: each takes its turn's number and gives the work, after preparing it."""
    session, canvas = view.session, view.canvas

    def step(number: int) -> Callable[[], None]:
        first = int(canvas.scene.scale.left)
        return lambda: session.seek(first + number % 50)

    def pan(number: int) -> Callable[[], None]:
        way = 1 if number % 20 < 10 else -1
        scale = canvas.scene.scale
        return lambda: canvas.set_scale(scale.panned(way * 40.0))

    def paint(number: int) -> Callable[[], None]:
        return canvas.refresh

    def edit(number: int) -> Callable[[], None]:
        assert session.store is not None
        event = session.coding.events[f"e{number}"]
        stop = event.start_frame + 3 + (event.stop_frame or 0) % 7
        change = session.store.do(move, event.event_id, stop=stop)
        return lambda: session.coding_changed.emit(change)

    def choose(number: int) -> Callable[[], None]:
        return lambda: session.select([f"e{number}"])

    return {
        "a frame step": step,
        "panned": pan,
        "all painted anew": paint,
        "an edge moved": edit,
        "chosen": choose,
    }


def timed(prepare: Callable[[int], Callable[[], None]], number: int) -> float:
    """Time the work of one turn and the painting that follows."""
    work = prepare(number)
    settle()
    before = time.thread_time()
    work()
    settle()
    return time.thread_time() - before


def settle() -> None:
    QApplication.processEvents()


@contextmanager
def coded_session(events: int, lanes: int) -> Iterator[Session]:
    """Make a session with many events, predictions, and no pictures."""
    ethogram = Ethogram(tuple(Behavior(f"behaviour {n}") for n in range(lanes)))
    frames = events * SPACING
    with tempfile.TemporaryDirectory() as folder:
        session = Session("Ann")
        session.project = Project.create(Path(folder) / "p", ethogram)
        video = NoVideo(frames)
        session.video, session.video_name = video, "v.mp4"
        session.store = AnnotationStore(
            Path(folder) / "p" / "annotations",
            "v.mp4",
            "Ann",
            frame_times=video.times,
            ethogram=ethogram,
            rewrite_after=None,
        )
        session.store.do(add_all, made_events(events, lanes), "add", [(0, frames // 2)])
        walk = np.random.default_rng(0).normal(size=(frames, 1, lanes)).cumsum(0) / 30
        chance = (1 / (1 + np.exp(-walk))).astype(np.float32)
        session.predictions = Predictions("probe", ("",), ethogram.names, chance)
        yield session
        session.store.close()


def made_events(count: int, lanes: int) -> Iterable[Event]:
    methods, judgements = (
        ("manual", "curated", "automated"),
        ("present",) * 4 + ("absent", "unsure"),
    )
    for n in range(count):
        yield Event(
            f"e{n}",
            f"behaviour {n % lanes}",
            n * SPACING,
            n * SPACING + 5 + n % 11,
            judgement=judgements[n % 6],
            labeling_method=methods[n % 3],
            annotator="Ann",
            comment="look" if n % 7 == 0 else "",
        )


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
