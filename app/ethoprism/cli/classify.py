"""Find the bouts of behaviour in videos with a trained probe."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    import pandas as pd

    from ethoprism.classifying import Classified

_MOST_ROWS = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `classify` takes."""
    parser.add_argument(
        "videos", nargs="+", type=Path, metavar="VIDEO", help="video files, and folders of them"
    )
    parser.add_argument(
        "--probe",
        type=Path,
        required=True,
        metavar="FILE",
        help="a probe that train wrote; its card says how the videos are embedded",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="where results go: VIDEO.nc, VIDEO.bouts.csv, VIDEO.png, and summary.csv of all",
    )
    parser.add_argument(
        "--follow",
        type=int,
        metavar="N",
        help="animals in these videos (default: as in the videos that the probe was trained on)",
    )
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="the encoder's weights, if they have moved"
    )
    shared.add_features(parser)


def run(arguments: argparse.Namespace) -> int:
    """Classify the videos; what is done already is passed over, what fails is told at the end."""
    from ethoprism.batch import Batch, run_batch
    from ethoprism.classifying import Classified, Classifier
    from ethoprism.cli import OK, SOME_FAILED, console
    from ethoprism.results import plan_outputs, write_summary
    from ethoprism_core.files import make_folder
    from ethoprism_core.video import find_videos

    paths = find_videos(arguments.videos)
    outputs = plan_outputs(paths, arguments.videos, arguments.out)
    make_folder(arguments.out)  # before hours of work, not after
    classifier = Classifier.load(
        arguments.probe,
        arguments.features,
        arguments.checkpoint,
        arguments.follow,
        console.progress,
    )

    def classify_one(path: Path) -> Classified:
        classified = classifier.classify(path, outputs[path], console.progress)
        _tell(classified)
        return classified

    if len(paths) == 1:
        batch = Batch((classify_one(paths[0]),), ())
    else:
        batch = run_batch(paths, classify_one, lambda one: console.note(f"error: {one.reason}"))
    if batch.results:
        _show(write_summary([item.summary for item in batch.results], arguments.out))
        console.result(str(arguments.out))
    if batch.failures:
        console.note(f"{len(batch.failures)} of {len(paths)} videos failed")
    return SOME_FAILED if batch.failures else OK


def _tell(classified: "Classified") -> None:
    from ethoprism.cli import console

    name = classified.outputs.video
    for notice in classified.notices:
        console.warn(f"{name}: {notice}")
    console.note(f"{name}: {'done' if classified.computed else 'already done'}")


def _show(summary: "pd.DataFrame") -> None:
    """Print a row for each video, subject and behaviour; for many videos only the behaviours."""
    from ethoprism.cli import console
    from ethoprism.report.timelines import clock

    told_apart = ["subject"] if summary["subject"].any() else []
    keys = ["video", *told_apart, "behavior"] if len(summary) <= _MOST_ROWS else ["behavior"]
    parts = summary.groupby(keys, sort=False)
    sums = parts[["bouts", "total_s"]].sum().assign(share=parts["share"].mean()).reset_index()
    rows = [
        (*(row[key] for key in keys), row["bouts"], clock(row["total_s"]), f"{row['share']:.1%}")
        for row in sums.to_dict("records")
    ]
    console.table((*keys, "bouts", "total", "share of time"), rows)
