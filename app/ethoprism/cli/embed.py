"""Turn videos into features with a frozen encoder."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    from ethoprism.embedding import Embedded, Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `embed` takes."""
    parser.add_argument(
        "videos", nargs="+", type=Path, metavar="VIDEO", help="video files, and folders of them"
    )
    region = shared.add_embedding(parser)
    region.add_argument(
        "--tracks",
        type=Path,
        metavar="FILE",
        help="follow tracks: movement netCDF, DeepLabCut .h5 or .csv, SLEAP analysis .h5",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("features"),
        metavar="DIR",
        help="features go to DIR/ENCODER/VIDEO.zarr (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Embed the videos; a failing one does not stop the rest."""
    from ethoprism.batch import run_batch
    from ethoprism.cli import OK, SOME_FAILED, console
    from ethoprism.embedding import Embedded, embed_file
    from ethoprism_core.video import find_videos

    paths = find_videos(arguments.videos)
    recipe = _recipe(arguments, len(paths))

    def embed_one(path: Path) -> Embedded:
        embedded = embed_file(path, recipe, console.progress)
        _tell(path, embedded)
        return embedded

    if len(paths) == 1:
        embed_one(paths[0])
        return OK
    batch = run_batch(paths, embed_one, lambda failure: console.note(f"error: {failure.reason}"))
    if batch.failures:
        console.note(f"{len(batch.failures)} of {len(paths)} videos failed")
    return SOME_FAILED if batch.failures else OK


def _recipe(arguments: argparse.Namespace, videos: int) -> "Recipe":
    from dataclasses import replace

    from ethoprism.cli import console
    from ethoprism_core.errors import EthoprismError

    if arguments.tracks is not None and videos > 1:
        raise EthoprismError(
            "tracks belong to one video", arguments.tracks, f"name one video, not {videos}"
        )
    recipe = shared.embed_options(arguments).recipe(arguments.out, console.progress)
    return replace(recipe, tracks=arguments.tracks)


def _tell(path: Path, embedded: "Embedded") -> None:
    from ethoprism.cli import console

    for notice in embedded.notices:
        console.warn(f"{path.name}: {notice}")
    if not embedded.computed:
        console.note(f"{path.name}: already done")
    console.result(str(embedded.features))
