"""Check a data set of a field, export its labels, or score or train a probe on it."""

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    from ethoprism.datasets import Checked, DatasetEvaluation
    from ethoprism_domains.base import Dataset, Finding

RECORDINGS = ("recording", "video", "individuals", "groups", "events")
COUNTS = ("behaviour", "bouts", "frames", "recordings")
_MOST_ROWS = 20
_MOST_ALIKE = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `dataset` takes: an action, and what that takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = _action(actions, "check", "tell what is there, and what is odd or missing")
    check.add_argument("--json", action="store_true", help="write all of it as JSON instead")
    export = _action(actions, "export", "write its labels in the formats that the field exchanges")
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="where they go")
    export.add_argument(
        "--formats", nargs="+", default=[], metavar="NAME", help="which (default: the field's)"
    )
    evaluate = _action(
        actions, "evaluate", "cross-validate a probe, sampled and scored as the field does"
    )
    evaluate.add_argument(
        "--out",
        type=Path,
        default=Path("evaluation"),
        metavar="DIR",
        help="where scores and figures go (default: %(default)s)",
    )
    _add_probe(evaluate)
    evaluate.add_argument(
        "--by-target",
        action="store_true",
        help="tell behaviours apart by whom they are directed at",
    )
    evaluate.add_argument(
        "--detections",
        type=Path,
        metavar="JSON",
        help="MegaDetector's results: clips are shown as the square around their surest animal",
    )
    shared.add_regions(evaluate)
    train = _action(actions, "train", "train a probe, sampled as the field does, and save it")
    train.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PROBE",
        help="where the probe goes: probes/trap gives trap.safetensors and the card trap.json",
    )
    _add_probe(train)


def _add_probe(parser: argparse.ArgumentParser) -> None:
    """Add what scoring and training a probe both take."""
    parser.add_argument(
        "--group",
        metavar="NAME",
        help="what is left out as a whole: video, animal, session or site (default: the field's)",
    )
    parser.add_argument(
        "--probe-kind",
        dest="kind",
        choices=["compact", "attention", "linear"],
        help="the kind of probe (default: the field's)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    shared.add_features(parser)
    shared.add_encoder(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do the action; a check exits with 1 if something is wrong."""
    work = {"check": _check, "export": _export, "evaluate": _evaluate, "train": _train}
    return work[arguments.action](arguments)


def _action(actions, name: str, summary: str) -> argparse.ArgumentParser:  # type: ignore[no-untyped-def]
    parser: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
    parser.add_argument("path", type=Path, metavar="PATH", help="the data set's folder")
    parser.add_argument(
        "--domain",
        metavar="NAME",
        help="the adapter that reads it (default: the one that recognises it)",
    )
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    return parser


def _check(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, SOME_FAILED, console
    from ethoprism.datasets import check

    checked = check(arguments.path, arguments.domain)
    if arguments.json:
        console.result(json.dumps(checked.to_mapping(), indent=1, ensure_ascii=False))
    else:
        _show(checked)
    return SOME_FAILED if checked.wrong else OK


def _export(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.exchanging.dataset_exporting import export_dataset
    from ethoprism_domains.registry import read_dataset

    dataset = read_dataset(arguments.path, arguments.domain)
    for name, exported in export_dataset(dataset, arguments.out, arguments.formats).items():
        for path in exported.files:
            console.result(str(path))
        for loss in exported.losses:
            console.note(f"not in {name}: {loss}")
    return OK


def _evaluate(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console, scores
    from ethoprism.datasets import evaluate_dataset, with_regions
    from ethoprism.embedding import fetch_encoder
    from ethoprism_core.files import make_folder
    from ethoprism_domains.registry import read_dataset

    make_folder(arguments.out)  # before hours of work, not after
    dataset = read_dataset(arguments.path, arguments.domain)
    if arguments.regions:
        dataset = with_regions(dataset, shared.told_regions(arguments))
    if arguments.detections is not None:
        dataset = _cropped(dataset, arguments.detections)
    chosen = arguments.encoder, arguments.checkpoint, arguments.dtype, arguments.size
    found = evaluate_dataset(
        dataset,
        fetch_encoder(*chosen, console.progress),
        kind=arguments.kind,
        group_by=arguments.group,
        directed=arguments.by_target,
        features=arguments.features,
        seed=arguments.seed,
        stages=console.progress,
    )
    scores.show(found.evaluation.scores, found.evaluation.notices)
    _tell_mean(found)
    _tell_ceiling(found)
    for path in found.write(arguments.out):
        console.result(str(path))
    return OK


def _cropped(dataset: "Dataset", detections: Path) -> "Dataset":
    from ethoprism.cli import console
    from ethoprism_domains.ecology import crop_to_detections, read_detections

    cropped = crop_to_detections(dataset, read_detections(detections))
    for finding in cropped.findings[len(dataset.findings) :]:
        console.warn(f"{finding.what} ({finding.count})")
    return cropped


def _train(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console, scores
    from ethoprism.dataset_training import train_dataset
    from ethoprism.options import EmbedOptions
    from ethoprism_core.files import make_folder
    from ethoprism_domains.registry import read_dataset

    make_folder(arguments.out.parent)  # before hours of work, not after
    chosen = arguments.encoder, arguments.checkpoint, arguments.dtype, arguments.size
    training = train_dataset(
        read_dataset(arguments.path, arguments.domain),
        arguments.out,
        EmbedOptions(*chosen),
        kind=arguments.kind,
        group_by=arguments.group,
        features=arguments.features,
        seed=arguments.seed,
        stages=console.progress,
    )
    scores.show(training.scores, training.notices)
    console.result(str(training.path))
    return OK


def _tell_mean(found: "DatasetEvaluation") -> None:
    from ethoprism.cli import console

    metric = found.metric.replace("_", " ")
    console.result(f"mean {metric} of {', '.join(found.values)}: {found.mean:.3f}")
    scores = found.evaluation.scores
    if not math.isnan(scores.accuracy):
        mean = scores.value("accuracy")
        told = f"accuracy: {scores.accuracy:.3f}, averaged over classes: {mean:.3f}"
        console.result(told)


def _tell_ceiling(found: "DatasetEvaluation") -> None:
    from ethoprism.ceilings import CEILING_COLUMNS, ceiling_rows
    from ethoprism.cli import console

    ceiling = found.ceiling
    if ceiling is None:
        return
    who, where = ", ".join(ceiling.coders), len(ceiling.recordings)
    title = f"beside other coders ({who}) of {where} recordings, against the same labels"
    console.table(CEILING_COLUMNS, ceiling_rows(found.evaluation.scores, ceiling), title)


def _by_kind(checked: "Checked") -> "list[list[Finding]]":
    """Put findings of one kind and weight together, in the order in which kinds appear."""
    kinds: dict[tuple[str, bool], list[Finding]] = {}
    for finding in checked.findings:
        kinds.setdefault((finding.kind, finding.wrong), []).append(finding)
    return list(kinds.values())


def _show(checked: "Checked") -> None:
    from ethoprism.cli import console

    dataset = checked.dataset
    console.result(f"{dataset.name}: {len(dataset.recordings)} recordings ({dataset.domain})")
    rows = [
        (
            item.name,
            "none" if item.video is None else item.video.name,
            ", ".join(item.individuals),
            ", ".join(f"{key} {value}" for key, value in item.groups.items()),
            len(item.annotations.events),
        )
        for item in dataset.recordings[:_MOST_ROWS]
    ]
    console.table(RECORDINGS, rows)
    if len(dataset.recordings) > _MOST_ROWS:
        console.result(f"and {len(dataset.recordings) - _MOST_ROWS} more (--json lists all)")
    console.table(COUNTS, checked.counts.to_numpy().tolist())
    for alike in _by_kind(checked):
        for finding in alike[:_MOST_ALIKE]:
            weight = "wrong" if finding.wrong else "remark"
            times = f" ({finding.count})" if finding.count > 1 else ""
            console.result(f"{weight}: {finding.kind}: {finding.where}: {finding.what}{times}")
        if len(alike) > _MOST_ALIKE:
            more = len(alike) - _MOST_ALIKE
            console.result(f"and {more} more of this kind, {alike[0].kind} (--json lists all)")
    remarks = len(checked.findings) - len(checked.wrong)
    console.note(f"{len(checked.wrong)} things are wrong, {remarks} remarks")
