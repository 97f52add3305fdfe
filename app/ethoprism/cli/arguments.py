"""Arguments that several verbs take, and the options that they stand for."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ethoprism.defaults import DEFAULT_ENCODER

if TYPE_CHECKING:
    import pandas as pd

    from ethoprism.options import EmbedOptions

_MOST_NAMES = 3


def add_embedding(
    parser: argparse.ArgumentParser,
    encoder: str | None = DEFAULT_ENCODER,
    told: str = "%(default)s",
) -> argparse._MutuallyExclusiveGroup:
    """Add how videos are embedded; return the group of what the encoder is shown.

    `encoder` is the one by default, and `told` what the help says of it.
    """
    add_encoder(parser, encoder, told)
    _add_windows(parser.add_argument_group("windows"))
    return _add_region(parser.add_argument_group("what is shown to the encoder"))


def add_encoder(
    parser: argparse.ArgumentParser,
    encoder: str | None = DEFAULT_ENCODER,
    told: str = "%(default)s",
) -> None:
    """Add which encoder looks at the pictures."""
    group = parser.add_argument_group("encoder")
    group.add_argument(
        "--encoder",
        default=encoder,
        metavar="NAME",
        help=f"the encoder's name; classical needs no weights (default: {told})",
    )
    group.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="a file of weights; by default the public one, fetched on first use; "
        "random for weights that have learned nothing",
    )
    group.add_argument("--dtype", choices=["float32", "bfloat16"], help="precision of the encoder")
    group.add_argument(
        "--size", type=int, metavar="PIXELS", help="side of the pictures that the encoder is shown"
    )


def add_features(parser: argparse.ArgumentParser) -> None:
    """Add where features are kept."""
    parser.add_argument(
        "--features",
        type=Path,
        default=Path("features"),
        metavar="DIR",
        help="where features are kept from run to run (default: %(default)s)",
    )


def add_labels(parser: argparse.ArgumentParser) -> None:
    """Add label files, and what belongs to them."""
    parser.add_argument(
        "labels", nargs="+", type=Path, metavar="LABELS", help="label files, of any known format"
    )
    add_label_choices(parser)
    parser.add_argument(
        "--group",
        default="video",
        metavar="COLUMN|FILE",
        help="what is left out as a whole: video, a column of the labels such as animal, or a "
        "table with a column video, as FILE or FILE:COLUMN (default: %(default)s)",
    )


def add_label_choices(parser: argparse.ArgumentParser, exclusive: bool = True) -> None:
    """Add where the labels' videos are, and what is taken of the labels."""
    parser.add_argument(
        "--videos",
        nargs="+",
        type=Path,
        default=[],
        metavar="VIDEO",
        help="the videos that the labels name, or folders that hold them (default: the folders of "
        "the label files)",
    )
    parser.add_argument(
        "--behaviors", nargs="+", default=[], metavar="NAME", help="which to use (default: all)"
    )
    if exclusive:
        parser.add_argument(
            "--exclusive", action="store_true", help="one behaviour at most holds at a time"
        )
    parser.add_argument(
        "--ethogram",
        type=Path,
        metavar="FILE",
        help="a YAML file that lists the behaviours: an unknown one in the labels is refused",
    )


def add_rate(parser: argparse.ArgumentParser) -> None:
    """Add the rate that stands in for videos that are not at hand."""
    parser.add_argument(
        "--fps",
        type=float,
        metavar="RATE",
        help="frames per second of videos that are not at hand (default: as the labels tell)",
    )


def tell_clocks(clocks: "pd.DataFrame") -> None:
    """Say which clock each video went by; in one line where it is its own for all."""
    from ethoprism.cli import console

    for clock, videos in clocks.groupby("clock", sort=False)["video"]:
        names = videos.tolist()
        shown = f"{len(names)} videos" if len(names) > _MOST_NAMES else ", ".join(names)
        console.note(f"clock of {shown}: {clock}")


def add_probe_kind(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the probe's kind, and the seed of its training."""
    parser.add_argument(
        name,
        dest="kind",
        choices=["compact", "attention", "linear"],
        default="compact",
        help="the kind of probe (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="the same seed trains the same probe (default: 0)"
    )


def embed_options(arguments: argparse.Namespace) -> "EmbedOptions":
    """Return what the arguments of `add_embedding` stand for."""
    from ethoprism.options import EmbedOptions

    return EmbedOptions(
        encoder=arguments.encoder,
        checkpoint=arguments.checkpoint,
        dtype=arguments.dtype,
        size=arguments.size,
        stride=arguments.stride,
        frame_step=arguments.frame_step,
        grid=arguments.grid,
        crop=arguments.crop,
        regions=told_regions(arguments),
        milliseconds=arguments.milliseconds,
        follow=_animals(arguments),
    )


def label_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the arguments of `add_labels` stand for, as `train` and `evaluate` take it."""
    return {
        "group": arguments.group,
        "behaviors": arguments.behaviors,
        "exclusive": arguments.exclusive,
        "ethogram": None if arguments.ethogram is None else read_ethogram(arguments.ethogram),
    }


def _animals(arguments: argparse.Namespace) -> int:
    if arguments.whole or arguments.crop or arguments.regions:
        return 0
    return 1 if arguments.follow is None else int(arguments.follow)


def _add_windows(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--stride",
        type=int,
        metavar="N",
        help="frames from one window to the next (default: 8, or half a window of --window-ms)",
    )
    length = group.add_mutually_exclusive_group()
    length.add_argument(
        "--frame-step",
        type=int,
        default=1,
        metavar="N",
        help="frames from one frame of a window to the next (default: %(default)s)",
    )
    length.add_argument(
        "--window-ms",
        dest="milliseconds",
        type=float,
        metavar="MS",
        help="how long a window lasts, whatever the video's frame rate",
    )
    group.add_argument(
        "--grid",
        metavar="G",
        help="tokens kept of a window: TIMExROWxCOLUMN averages, TIMExROWxCOLUMN:lattice chosen "
        "ones, or full (default: up to 4x4x4)",
    )


def _add_region(group: argparse._ArgumentGroup) -> argparse._MutuallyExclusiveGroup:
    region = group.add_mutually_exclusive_group()
    region.add_argument(
        "--follow",
        type=int,
        metavar="N",
        help="follow up to N animals, each in a square of its own (default: 1); where "
        "the camera moves, the square is the whole picture",
    )
    region.add_argument("--whole", action="store_true", help="the whole picture, as --follow 0")
    region.add_argument(
        "--crop", type=_four_numbers, metavar="X,Y,W,H", help="a part of the picture, in pixels"
    )
    add_regions(region)
    return region


def add_regions(group: argparse._ActionsContainer) -> None:
    """Add named fixed parts of the picture."""
    group.add_argument(
        "--region",
        dest="regions",
        action="append",
        type=_named_box,
        default=[],
        metavar="NAME=X,Y,W,H",
        help="a named part of the picture that is encoded by itself, such as face=120,40,200,160, "
        "or in shares, face=10%%,5%%,40%%,40%%; once for each part",
    )


def told_regions(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the boxes of `add_regions` by their names."""
    from ethoprism_core.errors import EthoprismError

    boxes: dict[str, str] = {}
    for name, box in arguments.regions:
        if name in boxes:
            raise EthoprismError("two regions have one name", name, "rename one of them")
        boxes[name] = box
    return boxes


def _named_box(text: str) -> tuple[str, str]:
    from ethoprism_core.errors import EthoprismError
    from ethoprism_core.video.regions import Region

    name, _, box = text.partition("=")
    try:
        return name, Region.parse(name, box).box
    except EthoprismError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _four_numbers(text: str) -> tuple[int, ...]:
    try:
        left, top, width, height = (int(number) for number in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError("write X,Y,W,H in pixels, as in 40,0,400,400") from error
    return left, top, width, height


def read_ethogram(path: Path):  # type: ignore[no-untyped-def]  # its type is a heavy import
    """Read the behaviours that a YAML file lists."""
    import yaml

    from ethoprism_core.errors import EthoprismError
    from ethoprism_domains.annotation import Ethogram

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "check the path") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EthoprismError("not a YAML file", path, "correct it") from error
    if not isinstance(content, dict):
        raise EthoprismError("no list of behaviors", path, 'write "behaviors:" and a list below')
    return Ethogram.from_mapping(content, str(path))


def add_action(actions, name: str, summary: str) -> argparse.ArgumentParser:  # type: ignore[no-untyped-def]
    """Add an action of a verb that writes tables and figures into a folder of its name."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(name),
        metavar="DIR",
        help="where tables and figures go (default: %(default)s)",
    )
    return parser
