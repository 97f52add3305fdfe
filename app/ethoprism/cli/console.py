"""What a person sees: progress and tables on a terminal, plain lines in a log."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text

_SECONDS_BETWEEN_LINES = 30.0
_PLAIN_WIDTH = 400  # a log has no right edge: no table is folded or cut

ProgressCallback = Callable[[int, int], None]


def note(message: str) -> None:
    """Tell the user something on stderr, so that stdout stays the result."""
    sys.stderr.write(f"{message}\n")


def warn(message: str) -> None:
    """Tell the user on stderr about something that may spoil the result."""
    note(f"warning: {message}")


def result(message: str) -> None:
    """Write one line of the result to stdout."""
    sys.stdout.write(f"{message}\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """Print a table on stdout: the first column is text, the others are right-aligned."""
    terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, width=None if terminal else _PLAIN_WIDTH, highlight=False)
    grid = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        grid.add_column(column, justify="left" if number == 0 else "right", header_style="bold")
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    with console.capture() as capture:
        console.print(grid)
    lines = [*([title] if title else []), *capture.get().splitlines()]
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in lines))


@contextmanager
def progress(description: str, unit: str = "frames") -> Iterator[ProgressCallback]:
    """Show how far a long function has come: give it the yielded ``callback(done, total)``.

    On a terminal a bar with the rate and the time left; elsewhere a line every half minute.
    """
    if sys.stderr.isatty():
        with _Bar(description, unit) as bar:
            yield bar
    else:
        yield _Lines(description, unit)


class _Bar:
    def __init__(self, description: str, unit: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            _RateColumn(unit),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._task = self._progress.add_task(description, total=None)

    def __enter__(self) -> ProgressCallback:
        self._progress.start()
        return self._update

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _update(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)


class _RateColumn(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        return Text(_rate_and_time_left(task.speed or 0.0, left, self._unit))


class _Lines:
    def __init__(self, description: str, unit: str) -> None:
        self._description, self._unit = description, unit
        self._started = self._told = time.monotonic()
        self._first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        # what a resumed run finds done already is not speed
        self._first = done if self._first is None else self._first
        if now - self._told < _SECONDS_BETWEEN_LINES:
            return
        self._told = now
        rate = (done - self._first) / (now - self._started)
        left = (total - done) / rate if rate > 0 else None
        pace = _rate_and_time_left(rate, left, self._unit)
        note(f"{self._description}: {done}/{total} {pace}")


def _rate_and_time_left(rate: float, left: float | None, unit: str) -> str:
    if not rate or left is None:
        return unit
    return f"{rate:,.{0 if rate >= 10 else 1}f} {unit}/s, {timedelta(seconds=round(left))} left"
