"""Make a project, add videos, and see how far it is and whether all is well."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ethoprism.project import Project
    from ethoprism.project.care import Finding

COLUMNS = ("video", "state", "coded by", "events", "observed", "to review", "reviewed", "group")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `project` takes: an action, and what that takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = _action(actions, "init", "make a project in a folder")
    init.add_argument(
        "--ethogram",
        type=Path,
        required=True,
        metavar="FILE",
        help="a YAML file that lists the behaviours and subjects",
    )
    init.add_argument("--domain", default="", help="the kind of study, such as animal_behavior")
    init.add_argument("--encoder", default="", metavar="NAME", help="the encoder of its features")
    add = _action(actions, "add", "add videos")
    _add_videos(add, "videos", "video files, and folders of them")
    add.add_argument("--group", default="", help="the animal, session or site of these videos")
    _action(actions, "status", "tell how far each video is")
    check = _action(actions, "check", "find missing videos and odd annotations; change nothing")
    check.add_argument("--quiet", action="store_true", help="only say how many there are")
    locate = _action(actions, "locate", "find missing videos by their content")
    _add_videos(locate, "search", "files, and folders to search")
    _action(actions, "recover", "bring journals and tables together after a crash or an edit")


def run(arguments: argparse.Namespace) -> int:
    """Do the action; exit with 1 if a check or a search finds something wrong."""
    work = {
        "init": _init,
        "add": _add,
        "status": _status,
        "check": _check,
        "locate": _locate,
        "recover": _recover,
    }
    return work[arguments.action](arguments)


def _action(actions, name: str, summary: str) -> argparse.ArgumentParser:  # type: ignore[no-untyped-def]
    parser: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    return parser


def _add_videos(parser: argparse.ArgumentParser, name: str, summary: str) -> None:
    parser.add_argument(name, nargs="+", type=Path, metavar="VIDEO", help=summary)


def _init(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.project import Project, read_ethogram

    project = Project.create(
        arguments.project,
        read_ethogram(arguments.ethogram),
        domain=arguments.domain,
        encoder=arguments.encoder,
    )
    console.result(f"{project.file}: {len(project.ethogram)} behaviours")
    return OK


def _add(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism_core.video import find_videos

    project = _opened(arguments)
    added = project.add_videos(find_videos(arguments.videos), arguments.group)
    for video in added:
        console.result(f"{video.name}: {video.path}")
    console.note(f"{len(added)} videos added, {len(project.videos)} in all")
    return OK


def _status(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console

    project = _opened(arguments)
    states = project.states()
    rows = [
        (
            item.video.name,
            item.state,
            ", ".join(item.coders),
            item.events,
            item.observed,
            item.to_review,
            item.reviewed,
            item.video.group,
        )
        for item in states
    ]
    console.table(COLUMNS, rows)
    missing = project.missing()
    if missing:
        console.warn(f"{len(missing)} videos are missing: see ethoprism project check")
    return OK


def _check(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, SOME_FAILED, console
    from ethoprism.project.care import check_project

    found = check_project(_opened(arguments))
    _tell([] if arguments.quiet else found)
    console.note(f"{len(found)} things to look at" if found else "all is well")
    return SOME_FAILED if found else OK


def _locate(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, SOME_FAILED, console
    from ethoprism_core.video import find_videos

    project = _opened(arguments)
    found = project.locate(find_videos(arguments.search))
    for name, path in found.items():
        console.result(f"{name}: {path}")
    missing = project.missing()
    console.note(f"{len(found)} videos found again, {len(missing)} still missing")
    return SOME_FAILED if missing else OK


def _recover(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.project.care import recover_project

    found = recover_project(_opened(arguments))
    _tell(found)
    console.note(f"{len(found)} things told" if found else "there was nothing to mend")
    return OK


def _tell(found: "Sequence[Finding]") -> None:
    from ethoprism.cli import console

    for item in found:
        console.result(f"{item.where}: {item.what}")


def _opened(arguments: argparse.Namespace) -> "Project":
    from ethoprism.project import Project

    return Project.open(arguments.project)
