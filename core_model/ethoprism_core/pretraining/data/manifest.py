"""Manifests: a row a clip, in CSV or Parquet, with `path, start, stop, caption, corpus`."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.data.footage import ImageCorpus, Span, VideoCorpus
from ethoprism_core.pretraining.data.reading import IMAGE_SUFFIXES
from ethoprism_core.pretraining.data.views import Views

COLUMNS = ("path", "start", "stop", "caption", "corpus")
_SURPLUS = "\0surplus"  # where a row has more fields than the header

Row = Mapping[str, object]


@dataclass(frozen=True)
class Manifest:
    """What a manifest names.

    Parameters
    ----------
    corpora
        Its clips by the column `corpus`, in the order of their first rows. Images of a corpus that
        has videos too are one of their own, ``<name> images``.
    problems
        One line for each row that is left out.
    """

    corpora: tuple[VideoCorpus | ImageCorpus, ...]
    problems: tuple[str, ...]


def read_manifest(path: str | Path, views: Views) -> Manifest:
    """Read a manifest.

    `path` is relative to the manifest's folder. `start` and `stop` are seconds; empty, they are
    the beginning and the end. `caption` may be empty. Rows without `corpus` belong to one that is
    called like the manifest. Columns but `path` may be missing, others are passed over.

    Parameters
    ----------
    path
        A ``.csv`` or ``.parquet`` file.
    views
        How clips are cut out and altered.

    Raises
    ------
    EthoprismError
        If the file cannot be read, has no column `path`, or no row that can be used.
    """
    path = Path(path)
    rows = _parquet_rows(path) if path.suffix.lower() == ".parquet" else _csv_rows(path)
    spans: dict[str, list[Span]] = {}
    problems = []
    for place, row in rows:
        try:
            name, span = _parse(row, path)
        except ValueError as error:
            problems.append(f"{path}, {place}: {error}")
        else:
            spans.setdefault(name, []).append(span)
    if not spans:
        first = problems[0] if problems else "it has no rows"
        raise EthoprismError("the manifest has no usable row", path, first)
    corpora = [corpus for name, own in spans.items() for corpus in _corpora(name, own, views)]
    return Manifest(tuple(corpora), tuple(problems))


def _csv_rows(path: Path) -> Iterator[tuple[str, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey=_SURPLUS, strict=True)
            _check_columns(reader.fieldnames or [], path)
            for row in reader:
                yield f"line {reader.line_num}", row
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, str(error)) from error


def _parquet_rows(path: Path) -> Iterator[tuple[str, Row]]:
    import pandas as pd

    try:
        table = pd.read_parquet(path)
    except ImportError as error:
        raise EthoprismError(
            "Parquet needs a package that is not installed",
            "pyarrow",
            'install it with pip install "ethoprism[train]"',
        ) from error
    except (OSError, ValueError) as error:  # pyarrow's own errors are ValueErrors
        raise _unreadable(path, str(error)) from error
    _check_columns([str(column) for column in table.columns], path)
    for number, row in enumerate(table.to_dict("records"), start=1):
        yield f"row {number}", {str(column): value for column, value in row.items()}


def _unreadable(path: Path, reason: str) -> EthoprismError:
    return EthoprismError(f"cannot read the manifest ({reason})", path, "give CSV or Parquet")


def _check_columns(found: Sequence[str], path: Path) -> None:
    if "path" not in found:
        raise EthoprismError(
            "the manifest has no column path",
            path,
            f"name the columns {', '.join(COLUMNS)}; there are {', '.join(found) or 'none'}",
        )


def _parse(row: Row, manifest: Path) -> tuple[str, Span]:
    """Return the corpus and span of a row, or say in a `ValueError` what is wrong with it."""
    if _SURPLUS in row:
        raise ValueError("more fields than the header has, put captions with commas into quotes")
    text = _text(row, "path")
    if not text:
        raise ValueError("no path")
    start, stop = _seconds(row, "start"), _seconds(row, "stop")
    if stop is not None and stop <= (start or 0.0):
        raise ValueError(f"stop {stop:g} is not after start {start or 0:g}")
    span = Span(manifest.parent / text, start, stop, _text(row, "caption"))
    return _text(row, "corpus") or manifest.stem, span


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if _is_missing(value) else " ".join(str(value).split())


def _seconds(row: Row, column: str) -> float | None:
    value = row.get(column)
    if _is_missing(value) or not str(value).strip():
        return None
    try:
        seconds = float(str(value))
    except ValueError:
        raise ValueError(f"{column} is no number of seconds: {value}") from None
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"{column} is no time in the video: {value}")
    return seconds


def _is_missing(value: object) -> bool:
    return value is None or value != value  # a missing value of a table is not itself


def _corpora(name: str, spans: list[Span], views: Views) -> list[VideoCorpus | ImageCorpus]:
    images = tuple(span for span in spans if span.path.suffix.lower() in IMAGE_SUFFIXES)
    videos = tuple(span for span in spans if span.path.suffix.lower() not in IMAGE_SUFFIXES)
    found: list[VideoCorpus | ImageCorpus] = []
    if videos:
        found.append(VideoCorpus(name, videos, views))
    if images:
        found.append(ImageCorpus(f"{name} images" if videos else name, images, views))
    return found
