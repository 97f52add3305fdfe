"""Train an encoder on videos: by captions, by masked distillation, or from a larger encoder."""

import argparse
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from ethoprism.pretraining.recipe import Recipe
    from ethoprism.pretraining.running import Outcome, Prepared, Request

_LINES_SHOWN = 10
_SECONDS_BETWEEN_LINES = 30.0


_STAGES = {
    "contrastive": "Learn which clips and captions belong together.",
    "masked": "From a part of a clip, learn what a teacher of the same size says of the whole.",
    "distill": "Learn what a teacher of any size says, such as a large encoder.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `pretrain` takes."""
    stages = parser.add_subparsers(dest="stage", metavar="STAGE", required=True)
    for name, summary in _STAGES.items():
        _add_stage(stages.add_parser(name, help=summary, description=summary), name)


def _add_stage(parser: argparse.ArgumentParser, stage: str) -> None:
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument(
        "videos", nargs="*", type=Path, metavar="VIDEO", help="video files, and folders of them"
    )
    material = parser.add_argument_group("what is learned from")
    _add_material(material)
    parser.set_defaults(teacher=None, teacher_checkpoint=None, frozen=None)
    if stage != "contrastive":
        _add_teacher(material)
    training = parser.add_argument_group("what is trained")
    _add_training(training)
    if stage == "contrastive":
        training.add_argument(
            "--frozen",
            type=Path,
            metavar="FILE",
            help="keep the video encoder of this model as it is, and tune the texts to it",
        )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the run and its model go"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run in --out where it stopped"
    )


def _add_material(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--manifest",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="CSV or Parquet with the columns path, start, stop (seconds), caption, corpus",
    )
    group.add_argument(
        "--simulated", action="store_true", help="the simulated lab: captioned clips without end"
    )
    group.add_argument(
        "--follow",
        type=int,
        default=1,
        metavar="N",
        help="follow up to N animals of each VIDEO for crops that follow them; 0 for none "
        "(default: %(default)s)",
    )
    group.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes that read clips (default: one less than there are processors)",
    )


def _add_teacher(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--teacher",
        required=True,
        metavar="NAME",
        help="an encoder, or the .safetensors model of an earlier run",
    )
    group.add_argument(
        "--teacher-checkpoint", metavar="FILE", help="the teacher's weights, if not the public ones"
    )


def _add_training(group: argparse._ArgumentGroup) -> None:
    what = group.add_mutually_exclusive_group()
    what.add_argument(
        "--preset",
        default="laptop",
        metavar="NAME",
        help="laptop, or paper for VideoPrism's own recipe (default: %(default)s)",
    )
    what.add_argument(
        "--config", type=Path, metavar="FILE", help="a Python file that says config = ..."
    )
    group.add_argument("--steps", type=int, metavar="N", help="how many, if not as configured")
    group.add_argument("--batch", type=int, metavar="N", help="clips in a step, likewise")
    group.add_argument(
        "--start", type=Path, metavar="FILE", help="start from the weights of this model"
    )
    group.add_argument(
        "--shards",
        type=int,
        default=1,
        metavar="N",
        help="devices that share one copy of the parameters (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Say what will be trained, train it, and write the model."""
    from ethoprism.cli import INTERRUPTED, OK, console
    from ethoprism.pretraining import running
    from ethoprism_core.files import make_folder
    from ethoprism_core.pretraining import join_hosts

    join_hosts()
    make_folder(arguments.out)
    prepared = running.prepare(_request(arguments), console.progress)
    _describe(prepared)
    total = prepared.request.recipe.config.run.steps
    with _stop_at_interrupt() as stop, console.progress("training", "steps") as progress:
        outcome = running.run(prepared, _reporter(progress, total), stop)
    _tell_skipped(outcome, arguments.out)
    console.result(str(outcome.model))
    if outcome.finished:
        return OK
    console.note(
        f"stopped after step {outcome.step} of {total}: all is kept, "
        "the same command with --resume goes on from there"
    )
    return INTERRUPTED


def _request(arguments: argparse.Namespace) -> "Request":
    from ethoprism.pretraining.gathering import Material
    from ethoprism.pretraining.running import Request
    from ethoprism_core.features.windows import check_positive

    given = {"steps": arguments.steps, "batch": arguments.batch, "shards": arguments.shards}
    check_positive(**{name: number for name, number in given.items() if number is not None})
    material = Material(
        arguments.videos,
        arguments.manifest,
        arguments.simulated,
        arguments.follow,
        arguments.workers,
    )
    recipe = _recipe(arguments).shortened(arguments.steps, arguments.batch)
    return Request(
        arguments.stage,
        recipe if arguments.frozen is None else recipe.retuning(),
        material,
        arguments.out,
        arguments.teacher,
        arguments.teacher_checkpoint,
        arguments.start,
        arguments.frozen,
        arguments.resume,
        arguments.shards,
    )


def _recipe(arguments: argparse.Namespace) -> "Recipe":
    from ethoprism.pretraining.recipe import preset, read_recipe

    if arguments.config is None:
        return preset(arguments.stage, arguments.preset)
    return read_recipe(arguments.stage, arguments.config)


def _describe(prepared: "Prepared") -> None:
    """Say before the first step what is in store."""
    from ethoprism.cli import console
    from ethoprism.pretraining.estimate import estimate_seconds
    from ethoprism.pretraining.teachers import EncoderTeacher

    config = prepared.request.recipe.config
    trained, frozen = prepared.parameters
    beside = f", {frozen / 1e6:.1f} million frozen beside" if frozen else ""
    console.note(f"model: {trained / 1e6:.1f} million parameters trained{beside}")
    for corpus, weight in zip(prepared.gathered.corpora, prepared.gathered.weights, strict=True):
        share = weight / sum(prepared.gathered.weights)
        clips = "clips without end" if corpus.count is None else f"{corpus.count:,} clips an epoch"
        console.note(f"{corpus.name}: {clips}, {share:.0%} of the batches")
    _tell_some(prepared.gathered.left_out, "left out")
    left = config.run.steps - prepared.done
    seconds = estimate_seconds(config, prepared.teacher, left)
    outside = ", and what the teacher takes" if isinstance(prepared.teacher, EncoderTeacher) else ""
    clips = f"{config.run.batch} clips of {config.frames} frames, {config.frame_size} pixels"
    console.note(f"{left:,} steps of {clips}: about {timedelta(seconds=round(seconds))}{outside}")


def _reporter(
    progress: Callable[[int, int], None], total: int
) -> Callable[[int, Mapping[str, float | str]], None]:
    """Move the bar at every report, and write a line of numbers now and then."""
    from ethoprism.cli import console

    told = [0.0]

    def report(step: int, metrics: Mapping[str, float | str]) -> None:
        progress(step, total)
        now = time.monotonic()
        if now - told[0] < _SECONDS_BETWEEN_LINES and step < total:
            return
        told[0] = now
        numbers = (f"{name} {value:.4g}" for name, value in metrics.items() if name != "corpus")
        console.note(f"step {step}: {', '.join(numbers)}")

    return report


@contextmanager
def _stop_at_interrupt() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl+C into a wish to stop after this step; the second one ends at once.

    Of several processes that train together, none may stop by itself: there it ends them at once.
    """
    import jax

    from ethoprism.cli import console

    if jax.process_count() > 1:
        yield lambda: False
        return
    asked: list[bool] = []

    def ask(_signal: int, _frame: "FrameType | None") -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        console.note("stopping after this step; press Ctrl+C again to stop at once")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


def _tell_skipped(outcome: "Outcome", out: Path) -> None:
    from ethoprism.pretraining.running import SKIPPED

    lines = tuple(outcome.skipped.values())
    _tell_some(lines, "could not be read", f"all in {out / SKIPPED}")


def _tell_some(lines: tuple[str, ...], what: str, where: str = "") -> None:
    from ethoprism.cli import console

    for line in lines[:_LINES_SHOWN]:
        console.warn(f"{what}: {line}")
    if len(lines) > _LINES_SHOWN:
        more = f"{len(lines)} {what}" + (f", {where}" if where else "")
        console.warn(more)
