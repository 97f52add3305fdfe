"""Say what a video holds: frames, duration, codec, and what its header claims wrongly."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ethoprism_core.video import VideoIndex

COLUMNS = ("video", "frames", "duration", "size", "codec", "pixels", "frames per second")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `info` takes."""
    parser.add_argument(
        "videos", nargs="+", type=Path, metavar="VIDEO", help="video files, and folders of them"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print a table of the videos, and below it what is odd about them."""
    from ethoprism.batch import run_batch
    from ethoprism.cli import OK, SOME_FAILED, console
    from ethoprism_core.video import find_videos, load_index

    paths = find_videos(arguments.videos)
    if len(paths) == 1:
        _show([load_index(paths[0])])
        return OK
    batch = run_batch(paths, load_index, lambda failure: console.note(f"error: {failure.reason}"))
    if batch.results:
        _show(batch.results)
    if batch.failures:
        console.note(f"{len(batch.failures)} of {len(paths)} videos failed")
    return SOME_FAILED if batch.failures else OK


def _show(indexes: "list[VideoIndex] | tuple[VideoIndex, ...]") -> None:
    from ethoprism.cli import console

    console.table(COLUMNS, [_row(index) for index in indexes])
    for index in indexes:
        for remark in _remarks(index):
            console.result(f"{index.path}: {remark}")


def _row(index: "VideoIndex") -> tuple[object, ...]:
    height, width = index.size
    rate = f"{'variable, about' if index.variable_rate else 'constant'} {index.fps:.6g}"
    duration = f"{index.duration:.2f} s"
    size = f"{width} x {height}"
    return index.path, len(index), duration, size, index.codec, index.pixel_format, rate


def _remarks(index: "VideoIndex") -> list[str]:
    from ethoprism_core.video import wrong_claims

    remarks = list(wrong_claims(index))
    if index.orientation.degrees:
        remarks.append(f"turned upright by {index.orientation.degrees} degrees")
    if index.orientation.mirrored:
        remarks.append("mirrored, as its header asks")
    return remarks + list(index.notices)
