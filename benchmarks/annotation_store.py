"""How long a large project takes to open, and how soon an action is on the disk.

    python benchmarks/annotation_store.py [--folder DIR] [--videos 500] [--events 200000]

The project is written with the store's own bytes, as if each video's session had closed. Of an
action's time, what the append and flush of its line took is measured inside it; the rest is ours.
Beside it stands a bare append and flush of as many bytes to the same disk.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ethoprism.project import Project
from ethoprism_core.files import write_text
from ethoprism_domains.annotation import Behavior, Ethogram, Subject, exclusive
from ethoprism_domains.annotation.editing import Event, add, add_all, move
from ethoprism_domains.annotation.store import AnnotationStore, append_durably

ETHOGRAM = Ethogram(
    exclusive(tuple(Behavior(f"behaviour {n}") for n in range(5))), (Subject("A"), Subject("B"))
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    parser.add_argument("--videos", type=int, default=500)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--actions", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        root = Path(folder)
        say(f"{given.videos} videos, {given.events} events")
        make_project(root / "p", given.videos, given.events)
        for work in (Project.open, open_and_tell, open_and_read):
            before = time.process_time()
            _, seconds = timed(partial(work, root / "p"))
            cpu = time.process_time() - before
            say(f"{work.__name__}: {seconds:.2f} s, of which this process computed {cpu:.2f} s")
        measure_actions(root, given.actions)


def open_and_tell(folder: Path) -> None:
    Project.open(folder).states()


def open_and_read(folder: Path) -> None:
    Project.open(folder).annotations()


def make_project(folder: Path, videos: int, events: int) -> None:
    project = Project.create(folder, ETHOGRAM)
    each = events // videos
    names = [f"video {number}.mp4" for number in range(videos)]
    told = "".join(f'- name: "{name}"\n  path: "{name}"\n' for name in names)
    write_text(project.file, project.file.read_text(encoding="utf-8") + f"videos:\n{told}")
    for name in names:
        with AnnotationStore(
            project.annotations_folder, name, "Ann", append=append_only, rewrite_after=None
        ) as store:
            store.do(add_all, some_events(each), "add", [(0, each * 10)])


def some_events(count: int) -> list[Event]:
    return [
        Event("", f"behaviour {n % 5}", n * 10, n * 10 + 8, "AB"[n % 2], annotator="Ann")
        for n in range(count)
    ]


def measure_actions(root: Path, actions: int) -> None:
    for count in (400, 20_000):
        disk = Disk()
        with AnnotationStore(
            root / str(count), "v.mp4", "Ann", ethogram=ETHOGRAM, append=disk.append
        ) as store:
            store.do(add_all, some_events(count), "add")
            keys = list(store.coding.events)
            rows = [time_action(store, disk, keys, n, root / "bare") for n in range(actions)]
        say(f"one action among {count} events")
        names = (
            "acknowledged after",
            "of which ours",
            "of which the disk",
            "bare append and flush",
        )
        for name, seconds in zip(names, zip(*rows, strict=True), strict=True):
            say(f"    {name}: {told(seconds)}")


class Disk:
    """Appends as the store does, and notes how long the last action's line took."""

    def __init__(self) -> None:
        self.seconds, self.size = 0.0, 0

    def append(self, path: Path, data: bytes) -> None:
        """Append durably; lines about the table, from another thread, do not count."""
        before = time.perf_counter()
        append_durably(path, data)
        if threading.current_thread() is threading.main_thread():
            self.seconds, self.size = time.perf_counter() - before, len(data)


def time_action(
    store: AnnotationStore, disk: Disk, keys: list[str], number: int, bare: Path
) -> tuple[float, float, float, float]:
    key = keys[number * 7 % len(keys)]
    edge = store.coding[key].start_frame + 1
    start = 10 * len(keys) + 10 * number
    work = partial(store.do, move, key, edge)
    if number % 2:
        work = partial(store.do, add, "behaviour 1", start, start + 5)
    whole = timed(work)[1]
    bare.touch()
    flush = timed(partial(append_durably, bare, b"x" * disk.size))[1]
    return whole, whole - disk.seconds, disk.seconds, flush


def told(seconds: Sequence[float]) -> str:
    ms = sorted(1000 * value for value in seconds)
    return f"median {statistics.median(ms):.2f} ms, 95 % under {ms[int(0.95 * len(ms))]:.2f} ms"


def append_only(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def timed(work: Callable) -> tuple:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
