"""Put video on an experiment's clock, and measure recorded signals around behaviour."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ethoprism.cli import arguments as shared

if TYPE_CHECKING:
    from ethoprism.recordings import Recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `neuro` takes: an action, and what that takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_align(
        shared.add_action(actions, "align", "give each frame its time on an experiment's clock")
    )
    perievent = shared.add_action(actions, "perievent", "measure signals around onsets and offsets")
    _add_recordings(perievent)
    _add_windows(perievent)
    decode = shared.add_action(
        actions, "decode", "predict behaviour from a signal, and the reverse"
    )
    _add_recordings(decode)
    _add_decoding(decode)


def run(arguments: argparse.Namespace) -> int:
    """Do the action."""
    work = {"align": _align, "perievent": _perievent, "decode": _decode}
    return work[arguments.action](arguments)


def _add_align(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("video", type=Path, metavar="VIDEO")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--pulses", type=Path, metavar="FILE", help="a recorded line: .csv, .npy, .nc or .nwb"
    )
    source.add_argument(
        "--timestamps", type=Path, metavar="FILE", help="a time for each frame: .csv, .txt or .npy"
    )
    parser.add_argument("--column", metavar="NAME", help="which column, channel or series")
    parser.add_argument("--unit", choices=["s", "ms", "us", "ns"], help="unit of the timestamps")
    parser.add_argument("--rate", type=float, metavar="HZ", help="samples a second of a .npy line")
    parser.add_argument("--low", action="store_true", help="pulses go down, not up")
    parser.add_argument("--threshold", type=float, metavar="X", help="level between off and on")
    parser.add_argument(
        "--chatter",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="shorter gaps join pulses, shorter pulses are left out (default: %(default)s)",
    )
    parser.add_argument(
        "--moment",
        choices=["start", "middle", "stop"],
        default="start",
        help="when in its pulse a frame was taken (default: %(default)s)",
    )
    parser.add_argument(
        "--shared",
        nargs=2,
        type=Path,
        default=[],
        metavar=("HERE", "THERE"),
        help="times of the same events on this clock and on another, to which frames are carried",
    )


def _add_recordings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "labels",
        nargs="+",
        type=Path,
        metavar="LABELS",
        help="label files; or one folder of sessions, which have their signals and clocks",
    )
    parser.add_argument(
        "--signal",
        nargs="+",
        type=Path,
        required=True,
        metavar="FILE",
        help="what was recorded, .csv, .npy, .nc or .nwb; of several videos, called as they are; "
        "of sessions, the signal's name",
    )
    parser.add_argument(
        "--clock",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="frame_times.csv of align, one a video (default: signal and video begin together)",
    )
    parser.add_argument("--series", metavar="NAME", help="which series of an .nwb or .nc file")
    parser.add_argument("--rate", type=float, metavar="HZ", help="samples a second of a .npy file")
    shared.add_label_choices(parser, exclusive=False)
    shared.add_rate(parser)
    parser.add_argument("--seed", type=int, default=0, help="of what is random (default: 0)")


def _add_windows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--edge", choices=["onset", "offset"], default="onset", help="of bouts (default: onset)"
    )
    for name, value, told in (
        ("--before", 2.0, "of the window before the moment"),
        ("--after", 4.0, "of the window after it"),
        ("--bin", 0.1, "of its bins"),
        ("--apart", 0.0, "a moment sooner after the one before is left out"),
    ):
        parser.add_argument(
            name, type=float, default=value, metavar="SECONDS", help=f"{told} (default: {value})"
        )
    parser.add_argument(
        "--baseline",
        nargs=2,
        type=float,
        metavar=("START", "STOP"),
        help="lags whose mean is subtracted from each window, as in -2 0",
    )
    parser.add_argument(
        "--normalise",
        choices=["subtract", "zscore", "ratio"],
        default="subtract",
        help="how windows are compared with their baseline (default: subtract)",
    )
    parser.add_argument("--subject", metavar="NAME", help="whose behaviour (default: everyone's)")
    parser.add_argument(
        "--observed-only", action="store_true", help="leave out windows that were not all observed"
    )
    parser.add_argument(
        "--shifts", type=int, default=1000, metavar="N", help="of the test, 0 for none (1000)"
    )


def _add_decoding(parser: argparse.ArgumentParser) -> None:
    for name, value, told in (
        ("--bin", 0.1, "length of bins"),
        ("--history", 0.0, "how far back predictors reach"),
        ("--gap", 1.0, "left out of training around what is tested"),
    ):
        parser.add_argument(
            name, type=float, default=value, metavar="SECONDS", help=f"{told} (default: {value})"
        )
    parser.add_argument(
        "--blocks", type=int, default=5, metavar="N", help="of time, of a single video (default: 5)"
    )
    parser.add_argument(
        "--shifts", type=int, default=50, metavar="N", help="of the control, 0 for none (50)"
    )


def _align(arguments: argparse.Namespace) -> int:
    from ethoprism.aligning import align
    from ethoprism.cli import OK, console
    from ethoprism_domains.neuroscience import PulseSettings

    aligned = align(
        arguments.video,
        pulses=arguments.pulses,
        timestamps=arguments.timestamps,
        shared=arguments.shared,
        settings=PulseSettings(
            polarity="low" if arguments.low else "high",
            threshold=arguments.threshold,
            chatter_s=arguments.chatter,
        ),
        moment=arguments.moment,
        unit=arguments.unit,
        column=arguments.column,
        rate=arguments.rate,
    )
    problems = aligned.clock.problems
    rows = [(row.kind, row.frame, f"{row.clock_s:.4f}", row.told) for row in problems.itertuples()]
    console.table(("problem", "frame", "clock (s)", "what"), rows, f"{len(aligned.frames)} frames")
    if aligned.fit is not None:
        console.table(
            ("alignment", "value"),
            [(name, f"{value:.6g}") for name, value in aligned.fit_table().iloc[0].items()],
        )
    for told in aligned.notices:
        console.warn(told)
    for path in aligned.write(arguments.out):
        console.result(str(path))
    return OK


def _perievent(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.perievents import respond
    from ethoprism_domains.neuroscience import (
        Baseline,
        MomentSettings,
        PeriEventSettings,
        WindowSettings,
    )

    baseline = None
    if arguments.baseline is not None:
        first, last = arguments.baseline
        baseline = Baseline(first, last, arguments.normalise)
    windows = WindowSettings(
        arguments.before, arguments.after, arguments.bin, baseline, arguments.observed_only
    )
    found = respond(
        _recordings(arguments),
        MomentSettings(arguments.edge, arguments.subject, arguments.apart),
        PeriEventSettings(windows, shifts=arguments.shifts, seed=arguments.seed),
    )
    table = found.channels()
    console.table(list(table.columns), [[_told(cell) for cell in row] for row in table.to_numpy()])
    for behavior, why in found.left_out.items():
        console.warn(f"{behavior}: {why}")
    for behavior, item in found.found.items():
        for told in item.notices:
            console.warn(f"{behavior}: {told}")
    for path in found.write(arguments.out):
        console.result(str(path))
    return OK


def _decode(arguments: argparse.Namespace) -> int:
    from ethoprism.cli import OK, console
    from ethoprism.measuring import write_table
    from ethoprism.perievents import decode_recordings
    from ethoprism.report.figures import save_figure
    from ethoprism.report.neuro_figures import decoding_figure
    from ethoprism_domains.neuroscience import DecodingSettings

    settings = DecodingSettings(
        history_s=arguments.history,
        blocks=arguments.blocks,
        gap_s=arguments.gap,
        shifts=arguments.shifts,
        seed=arguments.seed,
    )
    with console.progress("decode", "shifts") as progress:
        table = decode_recordings(_recordings(arguments), arguments.bin, settings, progress)
    shown = table[["direction", "target", "score", "value", "chance", "shuffle_high", "p"]]
    console.table(list(shown.columns), [[_told(cell) for cell in row] for row in shown.to_numpy()])
    path = arguments.out / "decoding.csv"
    write_table(table, path)
    picture = path.with_suffix(".png")
    save_figure(decoding_figure(table), picture)
    console.result(str(path))
    console.result(str(picture))
    return OK


def _recordings(arguments: argparse.Namespace) -> "list[Recording]":
    from ethoprism.cli import console
    from ethoprism.recordings import dataset_recordings, read_recordings
    from ethoprism_core.errors import EthoprismError
    from ethoprism_domains.registry import read_dataset

    first, *others = arguments.labels
    if first.is_dir() and not others:
        if arguments.clock or arguments.videos or len(arguments.signal) > 1:
            told = "sessions have clocks and videos of their own"
            raise EthoprismError(told, first, "name one signal, and no --clock and no --videos")
        signal = arguments.signal[0].as_posix()
        return dataset_recordings(read_dataset(first), signal, arguments.behaviors)
    if not arguments.clock:
        console.note("without --clock, signal and video are taken to begin together")
    return read_recordings(
        arguments.labels,
        arguments.signal,
        arguments.clock,
        arguments.videos,
        behaviors=arguments.behaviors,
        ethogram=None if arguments.ethogram is None else shared.read_ethogram(arguments.ethogram),
        series=arguments.series,
        rate=arguments.rate,
        fps=arguments.fps,
    )


def _told(cell: object) -> str:
    if isinstance(cell, float):
        return "–" if cell != cell else f"{cell:.3g}"
    return str(cell)
