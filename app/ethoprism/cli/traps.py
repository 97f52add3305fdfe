"""Say when and how often animals came by camera traps, and which clips are empty or of night."""

import argparse
from pathlib import Path

from ethoprism.cli import arguments as shared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `traps` takes: an action, and what that takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    activity = shared.add_action(
        actions, "activity", "independent events, activity by hour, trapping rates, time budgets"
    )
    activity.add_argument("path", type=Path, metavar="PATH", help="a Camtrap DP package, or sites")
    _add_activity(activity)
    light = shared.add_action(actions, "light", "tell day from infrared night by the pixels")
    light.add_argument("path", type=Path, metavar="PATH", help="a Camtrap DP package, or sites")
    blanks = shared.add_action(actions, "blanks", "tell empty clips by MegaDetector's results")
    blanks.add_argument("detections", type=Path, metavar="JSON", help="MegaDetector's results")
    blanks.add_argument(
        "--truth", type=Path, metavar="PATH", help="what people saw: a Camtrap DP package, or sites"
    )
    blanks.add_argument(
        "--threshold", type=float, metavar="P", help="least confidence (default: the file's own)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do the action."""
    work = {"activity": _activity, "light": _light, "blanks": _blanks}
    return work[arguments.action](arguments)


def _add_activity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clock",
        choices=["local", "sun", "utc"],
        default="local",
        help="hours on the wall, by the sun, or UTC (default: %(default)s)",
    )
    parser.add_argument(
        "--gap",
        type=float,
        default=30.0,
        metavar="MINUTES",
        help="records so far apart are independent (default: %(default)s)",
    )
    parser.add_argument(
        "--since",
        choices=["record", "event"],
        default="record",
        help="the gap counts from the last record, or from the start of the event",
    )
    parser.add_argument(
        "--place",
        choices=["site", "deployment"],
        default="site",
        help="whose records belong together (default: %(default)s)",
    )
    parser.add_argument(
        "--fewest",
        type=int,
        default=10,
        metavar="N",
        help="species with fewer events get no curve (default: %(default)s)",
    )
    parser.add_argument(
        "--replicates", type=int, default=1000, metavar="N", help="of the bootstrap (1000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (default: 0)")


def _activity(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.traps import report_traps, tell_findings
    from ethoprism_domains.ecology import ActivitySettings, Independence

    choice = Independence(arguments.gap, f"last {arguments.since}", arguments.place)
    settings = ActivitySettings(
        clock=arguments.clock,
        fewest=arguments.fewest,
        replicates=arguments.replicates,
        seed=arguments.seed,
    )
    with console.progress("activity", "species") as progress:
        found = report_traps(arguments.path, choice, settings, progress)
    rows = [
        (row.species, row.events, row.records, *(_told(row, name) for name in _LEVELS))
        for row in found.species.itertuples()
    ]
    console.table(("species", "events", "records", "activity level", "low", "high"), rows)
    for told in tell_findings(found.findings):
        console.warn(told)
    for path in found.write(arguments.out):
        console.result(str(path))
    return OK


_LEVELS = ("level", "level_low", "level_high")


def _told(row: object, name: str) -> str:
    value = float(getattr(row, name))
    return "–" if value != value else f"{value:.3g}"


def _light(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.measuring import write_table
    from ethoprism_domains.ecology import dataset_of, light_table, read_camera_traps

    table = light_table(dataset_of(read_camera_traps(arguments.path)))
    counts = table["light"].value_counts()
    console.table(("light", "clips"), [(str(name), int(n)) for name, n in counts.items()])
    path = arguments.out / "light.csv"
    write_table(table, path)
    console.result(str(path))
    return OK


def _blanks(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.measuring import write_table
    from ethoprism.traps import score_blanks
    from ethoprism_domains.ecology import read_camera_traps, read_detections

    traps = None if arguments.truth is None else read_camera_traps(arguments.truth)
    detections = read_detections(arguments.detections)
    found = score_blanks(detections, traps, arguments.threshold)
    animals = int(found.clips["animal"].sum())
    console.result(f"{len(found.clips)} clips, {animals} with an animal")
    for file, why in detections.failures.items():
        console.warn(f"{file}: not processed ({why})")
    if traps is not None:
        console.result(
            f"average precision {found.average_precision:.3f} (chance {found.chance:.3f}), "
            f"missed {found.missed:.3f} of animals, {found.false_alarms:.3f} false alarms"
        )
    path = arguments.out / "blanks.csv"
    write_table(found.clips, path)
    console.result(str(path))
    return OK
