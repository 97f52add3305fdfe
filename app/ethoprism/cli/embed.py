"""Turn videos into features with a frozen encoder."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ethoprism.embedding import Embedded, Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `embed` takes."""
    parser.add_argument(
        "videos", nargs="+", type=Path, metavar="VIDEO", help="video files, and folders of them"
    )
    parser.add_argument(
        "--encoder", default="videoprism-base", help="its name (default: %(default)s)"
    )
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="a file of weights; by default the public one, fetched on first use; "
        "random for weights that have learned nothing",
    )
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], help="precision of the encoder")
    parser.add_argument(
        "--size", type=int, metavar="PIXELS", help="side of the pictures that the encoder is shown"
    )
    _add_windows(parser)
    _add_region(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("features"),
        metavar="DIR",
        help="features go to DIR/ENCODER/VIDEO.zarr (default: %(default)s)",
    )


def _add_windows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stride",
        type=int,
        default=8,
        metavar="N",
        help="frames from one window to the next (default: %(default)s)",
    )
    parser.add_argument(
        "--frame-step",
        type=int,
        default=1,
        metavar="N",
        help="frames from one frame of a window to the next (default: %(default)s)",
    )
    parser.add_argument(
        "--grid",
        metavar="G",
        help="tokens kept of a window: TIMExROWxCOLUMN averages, TIMExROWxCOLUMN:lattice chosen "
        "ones, or full (default: up to 4x4x4)",
    )


def _add_region(parser: argparse.ArgumentParser) -> None:
    region = parser.add_mutually_exclusive_group()
    region.add_argument(
        "--follow",
        type=int,
        metavar="N",
        help="follow up to N animals, each in a square of its own (default: 1); where the camera "
        "moves, the square is the whole picture",
    )
    region.add_argument("--whole", action="store_true", help="the whole picture, as --follow 0")
    region.add_argument(
        "--crop", type=_four_numbers, metavar="X,Y,W,H", help="a part of the picture, in pixels"
    )
    region.add_argument(
        "--tracks", type=Path, metavar="FILE", help="follow the tracks of a movement netCDF file"
    )


def _four_numbers(text: str) -> tuple[int, ...]:
    try:
        left, top, width, height = (int(number) for number in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError("write X,Y,W,H in pixels, as in 40,0,400,400") from error
    return left, top, width, height


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
    from ethoprism.embedding import Recipe, make_settings
    from ethoprism_core.encoders import load_encoder
    from ethoprism_core.errors import EthoprismError

    if arguments.tracks is not None and videos > 1:
        raise EthoprismError(
            "tracks belong to one video", arguments.tracks, f"name one video, not {videos}"
        )
    encoder = load_encoder(arguments.encoder, arguments.checkpoint, arguments.dtype, arguments.size)
    settings = make_settings(
        encoder, arguments.stride, arguments.frame_step, arguments.grid, arguments.crop
    )
    follow = 0 if arguments.whole else arguments.follow
    return Recipe(encoder, settings, follow, arguments.tracks, arguments.out)


def _tell(path: Path, embedded: "Embedded") -> None:
    from ethoprism.cli import console

    for notice in embedded.notices:
        console.warn(f"{path.name}: {notice}")
    if not embedded.computed:
        console.note(f"{path.name}: already done")
    console.result(str(embedded.features))
