"""How long the window is busy with a step, beside bare napari; how soon a picture comes; memory.

    tests/with_display python benchmarks/window.py VIDEO [--steps 60] [--minutes 60]

The workbench shows VIDEO, then a made one of two hours with long groups of pictures and 20,000
events. Bare napari is the same window, its workbench empty, stepping through an array in memory
that has VIDEO's pictures; the two take turns, three times. A step's block is the longest time that
the window answers nothing: the playhead's way and the picture's are two where the picture must be
decoded first. Beside it stands all that the window's thread does for the step, by the clock on the
wall and by the processor's time of that thread, which tells more on a busy machine. The picture's
time ends when it is on the screen. What blocks by decoding is the longest event after the
playhead was painted and before the picture has come. Memory is that of the process after each
sixth of `--minutes` of video has been played, every frame of it decoded.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import psutil
from qtpy.QtWidgets import QApplication

from ethoprism.project import Project
from ethoprism_core.video import Video
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.annotation.editing import Event, add_all
from napari_ethoprism.session import Session

if TYPE_CHECKING:  # napari looks for its folders when it is imported: not before `private`
    from napari import Viewer

    from napari_ethoprism.playback import Pictures

HEIGHT, WIDTH, RATE, GROUP = 240, 320, 25, 300
HOURS = 2
BEHAVIORS = tuple(Behavior(f"behaviour {number}") for number in range(10))
IN_MEMORY = 200  # pictures
TURNS = 3


@dataclass
class Steps:
    """Seconds of each step of one kind."""

    block: list[float] = field(default_factory=list)  # the longest piece
    busy: list[float] = field(default_factory=list)  # all pieces
    computed: list[float] = field(default_factory=list)  # the processor's share of them
    wait: list[float] = field(default_factory=list)  # until the picture is on the screen
    decoding: list[float] = field(default_factory=list)  # the longest piece while it was decoded

    def note(self, pieces: list[float], computed: float) -> None:
        """Take in one step."""
        self.block.append(max(pieces))
        self.busy.append(sum(pieces))
        self.computed.append(computed)


Taken = dict[str, Steps]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--steps", type=int, default=60, help="of each kind")
    parser.add_argument("--minutes", type=float, default=60.0, help="of video to play for memory")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        private(Path(folder))
        project = make_project(Path(folder), given.video)
        measure(project, given.video, given.steps, given.minutes)


def measure(project: Project, path: Path, steps: int, minutes: float) -> None:
    from napari import Viewer

    from napari_ethoprism.workbench import Workbench

    viewer = Viewer(title="benchmark")
    viewer.window.resize(1100, 700)
    bench = Workbench(viewer, "benchmark")
    session = bench.session
    for again in ("first", "second"):
        seconds = timed(lambda: open_first(session, project))
        say(f"{path.name}: first frame {seconds * 1e3:.0f} ms after opening, {again} time")
        session.close_project()
    bare, short, long = {}, {}, {}
    for turn in range(TURNS):
        measure_bare(viewer, path, steps // TURNS, bare)
        open_first(session, project)
        measure_ours(session, steps // TURNS, turn, short)
        seconds = timed(lambda: open_second(session))
        say(f"long.mp4: first frame {seconds * 1e3:.0f} ms after opening, turn {turn + 1}")
        measure_ours(session, steps // TURNS, turn, long)
        if turn < TURNS - 1:
            session.close_project()
    say(path.name)
    report(short, bare)
    say("two hours and 20,000 events")
    report(long, bare)
    measure_memory(session, bench.pictures, minutes)
    bench.close()
    viewer.close()


def open_first(session: Session, project: Project) -> None:
    session.open_project(project.folder)
    wait_shown(session)


def open_second(session: Session) -> None:
    session.step_video(1)
    spin_until(lambda: session.video_name == "long.mp4")
    wait_shown(session)


def measure_bare(viewer: "Viewer", path: Path, steps: int, taken: Taken) -> None:
    with Video(path) as video:
        pictures = video[:IN_MEMORY]
    layer = viewer.add_image(pictures, rgb=True)
    viewer.dims.set_current_step(0, 0)
    settle()
    for name, frames in routes(len(pictures), steps, 0):
        of_kind = taken.setdefault(name, Steps())
        viewer.dims.set_current_step(0, next(frames))
        settle()
        for frame in frames:
            computed = time.thread_time()
            piece = timed(partial(viewer.dims.set_current_step, 0, frame)) + handle_events()
            of_kind.note([piece], time.thread_time() - computed)
            settle(0.01)
    viewer.layers.remove(layer)


def measure_ours(session: Session, steps: int, turn: int, taken: Taken) -> None:
    settle(1.0)
    for name, frames in routes(session.frames, steps, turn):
        session.seek(next(frames))
        wait_shown(session)
        settle(0.5)
        for frame in frames:
            take_step(session, frame, taken.setdefault(name, Steps()))
            settle(0.01)


def take_step(session: Session, frame: int, taken: Steps) -> None:
    """Go to a frame, and note every event of the window until its picture is shown and painted."""
    begun, computed = time.perf_counter(), time.thread_time()
    pieces = [timed(partial(session.seek, frame)) + handle_events()]
    while not session.is_shown:
        time.sleep(0.0005)
        pieces.append(handle_events())
    pieces[-1] += handle_events()  # what the showing has left to paint
    taken.note(pieces, time.thread_time() - computed)
    taken.wait.append(time.perf_counter() - begun)
    taken.decoding.append(max(pieces[1:-1], default=0.0))


def handle_events() -> float:
    return timed(QApplication.processEvents)


def routes(frames: int, steps: int, turn: int) -> Iterable[tuple[str, Iterator[int]]]:
    middle = frames * (turn + 1) // (TURNS + 1)
    chance = random.Random(turn)
    yield "forward", iter(range(middle, middle + steps + 1))
    yield "backward", iter(range(middle, middle - steps - 1, -1))
    yield "random", iter([chance.randrange(frames) for _ in range(steps + 1)])


def report(ours: Taken, bare: Taken) -> None:
    for name, mine in ours.items():
        other = bare[name]
        say(f"{name}:")
        for what, own, theirs in (
            ("block", mine.block, other.block),
            ("in all", mine.busy, other.busy),
            ("in all, of the processor", mine.computed, other.computed),
        ):
            say(
                f"  {what}: {compared(statistics.median, own, theirs)}, "
                f"95th percentile {compared(late, own, theirs)}"
            )
        say(
            f"  picture on the screen after {statistics.median(mine.wait) * 1e3:.0f} ms, 95th "
            f"percentile {late(mine.wait) * 1e3:.0f}; while it was decoded the window was blocked "
            f"for {late(mine.decoding) * 1e3:.1f} (95th percentile), {max(mine.decoding) * 1e3:.1f}"
            " ms at most"
        )


def compared(of: Callable[[list[float]], float], own: list[float], theirs: list[float]) -> str:
    return f"{of(own) * 1e3:.1f} ms = {of(own) / of(theirs):.2f} x bare"


def measure_memory(session: Session, pictures: "Pictures", minutes: float) -> None:
    """Have every frame of so many minutes decoded, as playing does, and look at the memory."""
    process, used = psutil.Process(), []
    frames = min(int(minutes * 60 * RATE), session.frames)
    assert pictures.array is not None
    for frame in range(frames):
        pictures.want(frame)
        if frame % 100 == 0:
            QApplication.processEvents()
        while frame not in pictures.array.cache:
            time.sleep(0.0002)
        if frame % (frames // 6) == frames // 6 - 1:
            used.append(process.memory_info().rss / 2**20)
    told = ", ".join(f"{one:.0f}" for one in used)
    say(f"memory after each sixth of {frames / 60 / RATE:.0f} min of playing: {told} MB")


def make_project(folder: Path, video: Path) -> Project:
    long = make_long_video(folder / "long.mp4")
    project = Project.create(folder / "project", Ethogram(BEHAVIORS))
    project.add_videos([video, long])
    events = [
        Event("", BEHAVIORS[n % 10].name, n * 8, n * 8 + 6, annotator="benchmark")
        for n in range(20_000)
    ]
    with project.store("long.mp4", "benchmark") as store:
        store.do(add_all, events, "add events")
    return project


def make_long_video(path: Path) -> Path:
    """Encode ten groups, and copy their packets until two hours are full."""
    seed = path.with_name("seed.mp4")
    noise = np.random.default_rng(0).integers(0, 60, (HEIGHT, WIDTH), np.uint8)
    with av.open(str(seed), "w") as file:
        stream = file.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        params = f"keyint={GROUP}:min-keyint={GROUP}:scenecut=0:bframes=2:open-gop=0"
        stream.options = {"preset": "veryfast", "x264-params": params}
        for number in range(10 * GROUP):
            picture = noise.copy()
            left = number * 3 % (WIDTH - 40)
            picture[100:140, left : left + 40] = 220
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "gray")))
        file.mux(stream.encode())
    repeat(seed, path, HOURS * 3600 * RATE // (10 * GROUP))
    return path


def repeat(seed: Path, path: Path, times: int) -> None:
    with av.open(str(seed)) as old, av.open(str(path), "w") as new:
        source = old.streams.video[0]
        packets = [packet for packet in old.demux(source) if packet.size]
        ticks = int(Fraction(10 * GROUP, RATE) / packets[0].time_base)
        stream = new.add_stream_from_template(source)
        for _ in range(times):
            for packet in packets:
                packet.stream = stream
                new.mux(packet)
                packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks


def private(folder: Path) -> None:
    """Keep indexes and napari's settings out of the user's folders."""
    os.environ["NAPARI_CONFIG"] = str(folder / "napari.yaml")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        os.environ[name] = str(folder / "cache")


def wait_shown(session: Session) -> None:
    spin_until(lambda: session.video is not None and session.is_shown)


def spin_until(is_done: Callable[[], bool], most: float = 60.0) -> None:
    end = time.monotonic() + most
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents()
        time.sleep(0.001)


def settle(seconds: float = 0.3) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.002)


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def late(seconds: list[float]) -> float:
    return float(np.percentile(seconds, 95))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
