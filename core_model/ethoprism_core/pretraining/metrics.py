"""The curves of a run, as a table and for TensorBoard."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import make_folder, write_text

TABLE = "metrics.csv"


class MetricFiles:
    """Writes ``metrics.csv`` and TensorBoard's events into a folder; a context manager.

    Parameters
    ----------
    folder
        The run's folder.
    step
        Where the run begins or goes on: rows of later steps, which will be made again, are removed.

    Raises
    ------
    EthoprismError
        If tensorboardX is not installed.
    """

    def __init__(self, folder: str | Path, step: int = 0) -> None:
        folder = Path(folder)
        make_folder(folder)
        self._path = folder / TABLE
        self._columns = _cut_back(self._path, step)
        self._events = _events(folder / "tensorboard", step)
        self._file: TextIO = self._path.open("a", encoding="utf-8", newline="")

    def __enter__(self) -> "MetricFiles":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self._events.close()

    def __call__(self, step: int, metrics: Mapping[str, float | str]) -> None:
        """Add the metrics of a step. The first ones name the table's columns."""
        row = {"step": step, **metrics}
        if not self._columns:
            self._columns = list(row)
            self._file.write(_line(self._columns))
        self._file.write(_line([row.get(column, "") for column in self._columns]))
        self._file.flush()
        for name, value in metrics.items():
            if not isinstance(value, str):
                self._events.add_scalar(name, value, step)


def _cut_back(path: Path, step: int) -> list[str]:
    """Remove the rows after `step`, and give the columns."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows:
        return []
    # a row that a kill cut short is made again as well
    whole = [row for row in rows[1:] if len(row) == len(rows[0]) and row[0].isdigit()]
    whole = [row for row in whole if int(row[0]) <= step]
    write_text(path, "".join(map(_line, [rows[0], *whole])))
    return rows[0]


def _events(folder: Path, step: int) -> Any:
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise EthoprismError(
            "training needs a package that is not installed",
            "tensorboardX",
            'install it with pip install "ethoprism[train]"',
        ) from error
    return SummaryWriter(str(folder), purge_step=step + 1)


def _line(row: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()
