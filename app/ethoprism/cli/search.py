"""Find moments in videos by words, or by an example of what to look for."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ethoprism.batch import Batch
    from ethoprism.embedding import Embedded
    from ethoprism.queries import Query
    from ethoprism.searching import Found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `search` takes."""
    parser.usage = "%(prog)s (TEXT | --like VIDEO@FRAME) VIDEO... [options]"
    parser.add_argument(
        "words_and_videos",
        nargs="+",
        metavar="TEXT VIDEO",
        help='what to look for, as in "a mouse grooming" (not with --like), then video files and '
        "folders of them",
    )
    parser.add_argument(
        "--like",
        type=_moment,
        metavar="VIDEO@FRAME",
        help="look for moments like the one around this frame",
    )
    parser.add_argument(
        "--count", type=int, default=20, metavar="N", help="how many to list (default: %(default)s)"
    )
    parser.add_argument(
        "--apart",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="how far apart two of them are at least (default: %(default)g)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("search"),
        metavar="DIR",
        help="where search.csv and search.png go (default: %(default)s)",
    )
    shared.add_features(parser)
    shared.add_embedding(parser, None, "videoprism-lvt-base for words, classical with --like")


def run(arguments: argparse.Namespace) -> int:
    """Rank the moments, print them, and write the table and the contact sheet."""
    from ethoprism.cli import OK, SOME_FAILED, console
    from ethoprism.searching import rank
    from ethoprism_core.features.windows import check_positive
    from ethoprism_core.files import make_folder
    from ethoprism_core.video import find_videos

    check_positive(moments=arguments.count)
    text, videos = _words_and_videos(arguments)
    paths = find_videos(videos)
    make_folder(arguments.out)  # before hours of work, not after
    query = _query(arguments, text)
    batch = _embed(paths, query)
    if batch.results:
        found = rank(query, dict(batch.results), arguments.count, arguments.apart, console.progress)
        _show(found)
        for path in found.write(arguments.out):
            console.result(str(path))
    return SOME_FAILED if batch.failures else OK


def _words_and_videos(arguments: argparse.Namespace) -> tuple[str | None, list[Path]]:
    from ethoprism_core.errors import EthoprismError

    words = list(arguments.words_and_videos)
    text = None if arguments.like else words.pop(0)
    if not words:
        raise EthoprismError("no videos to search", text, "name them after the words")
    return text, [Path(word) for word in words]


def _query(arguments: argparse.Namespace, text: str | None) -> "Query":
    from ethoprism.searching import default_encoder, make_query

    arguments.encoder = arguments.encoder or default_encoder(text)
    recipe = shared.embed_options(arguments).recipe(arguments.features)
    return make_query(text, arguments.like, recipe)


def _embed(paths: "Sequence[Path]", query: "Query") -> "Batch[tuple[Path, Embedded]]":
    from ethoprism.batch import Batch, run_batch
    from ethoprism.cli import console
    from ethoprism.embedding import Embedded, embed_file

    def embed_one(path: Path) -> tuple[Path, Embedded]:
        embedded = embed_file(path, query.recipe, console.progress)
        for notice in embedded.notices:
            console.warn(f"{path.name}: {notice}")
        return path, embedded

    if len(paths) == 1:
        return Batch((embed_one(paths[0]),), ())
    batch = run_batch(paths, embed_one, lambda failure: console.note(f"error: {failure.reason}"))
    if batch.failures:
        console.note(f"{len(batch.failures)} of {len(paths)} videos failed")
    return batch


def _show(found: "Found") -> None:
    from ethoprism.cli import console
    from ethoprism.report.timelines import clock

    rows = [
        (row["video"], row["individual"], clock(row["time_s"]), row["frame"], f"{row['score']:.3f}")
        for row in found.moments.to_dict("records")
    ]
    console.table(("video", "individual", "time", "frame", "score"), rows, found.title)


def _moment(text: str) -> tuple[Path, int]:
    video, _, frame = text.rpartition("@")
    if not video or not frame.isdecimal():
        raise argparse.ArgumentTypeError(f"write VIDEO@FRAME, as in mouse.mp4@1200, not {text}")
    return Path(video), int(frame)
