"""Convert a label file into another format, and tell what could not be carried."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    from ethoprism.converting import Converted
    from ethoprism_domains.annotation import Annotations
    from ethoprism_domains.formats import LossReport

_MOST_NAMES = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `convert` takes."""
    parser.add_argument("source", nargs="?", type=Path, metavar="IN", help="the label file to read")
    parser.add_argument("target", nargs="?", type=Path, metavar="OUT", help="the file to write")
    parser.add_argument("--list", action="store_true", help="list the formats, and do nothing else")
    parser.add_argument(
        "--to",
        metavar="FORMAT",
        help="the format to write (default: by the ending of OUT; --list names them)",
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it is there already")
    _add_videos(parser.add_argument_group("videos"))
    _add_reading(parser.add_argument_group("reading"))


def run(arguments: argparse.Namespace) -> int:
    """Convert, then say what was read, what was written, and what was lost."""
    from ethoprism.cli import OK
    from ethoprism.converting import Request, convert
    from ethoprism_core.errors import EthoprismError

    if arguments.list:
        _list_formats()
        return OK
    if arguments.source is None or arguments.target is None:
        raise EthoprismError("name the file to read and the file to write", None, "or use --list")
    ethogram = None if arguments.ethogram is None else shared.read_ethogram(arguments.ethogram)
    converted = convert(
        Request(
            arguments.source,
            arguments.target,
            arguments.to,
            videos=arguments.video,
            only=arguments.only,
            fps=arguments.fps,
            observation=arguments.observation,
            close_open=arguments.close_open,
            observed=arguments.observed,
            ethogram=ethogram,
            overwrite=arguments.force,
            trust_pickle=arguments.trust_pickle,
        )
    )
    _tell(converted, arguments.source, arguments.target)
    return OK


def _add_videos(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--video",
        nargs="+",
        type=Path,
        default=[],
        metavar="VIDEO",
        help="the videos that the labels are of, or folders of them: their frame times turn "
        "seconds into frames (default: those beside IN)",
    )
    group.add_argument(
        "--fps",
        type=float,
        metavar="RATE",
        help="frames per second, where a video is not at hand and the file does not tell",
    )
    group.add_argument(
        "--only",
        metavar="NAME",
        help="write the labels of this video alone: some formats hold one video a file",
    )


def _add_reading(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--observation", metavar="NAME", help="the only observation to read, of a BORIS file"
    )
    group.add_argument(
        "--close-open",
        action="store_true",
        help="close states that were never stopped at the end of their video (default: leave out)",
    )
    group.add_argument(
        "--observed",
        choices=["whole", "coded span"],
        default="whole",
        help="what counts as observed where the file does not tell (default: %(default)s)",
    )
    group.add_argument(
        "--ethogram",
        type=Path,
        metavar="FILE",
        help="a YAML file that lists the behaviours, with their kinds, colours and keys",
    )
    group.add_argument(
        "--trust-pickle",
        action="store_true",
        help="read a file that is a pickle, such as CalMS21's .npy: arrays and plain containers "
        "alone, so that nothing in it is run",
    )


def _list_formats() -> None:
    from ethoprism.cli import console
    from ethoprism_domains.formats import FORMATS

    for item in FORMATS:
        ways = "read, write" if item.write else "read"
        console.result(f"{item.name:18}{ways:13}{' '.join(item.extensions):19}{item.description}")


def _tell(converted: "Converted", source: Path, target: Path) -> None:
    from ethoprism.cli import console

    reading = converted.reading
    console.result(f"read {source} ({converted.source_format.name})")
    console.result(f"    {_contents(reading)}")
    console.result(f"wrote {target} ({converted.target_format.name})")
    _tell_losses("on reading", reading.losses)
    _tell_losses("on writing", converted.unwritten)


def _tell_losses(when: str, losses: "LossReport") -> None:
    from ethoprism.cli import console

    console.result(f"{when}, {'lost or in doubt:' if losses else 'nothing was lost'}")
    for loss in losses:
        console.result(f"    {loss}")


def _contents(annotations: "Annotations") -> str:
    behaviors = annotations.ethogram.names
    subjects = sorted({*annotations.events["subject"]} - {""})
    return "; ".join(
        [
            f"{len(annotations.events)} events",
            _named(behaviors, "behaviour"),
            _named(subjects, "subject"),
            _named(annotations.videos, "video"),
        ]
    )


def _named(names: "list[str] | tuple[str, ...]", what: str) -> str:
    counted = f"{len(names)} {what}{'' if len(names) == 1 else 's'}"
    shown = [*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])]
    return f"{counted} ({', '.join(shown)})" if names else counted
