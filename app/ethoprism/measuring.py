"""Measures of coded videos: how far coders agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ethoprism.report.agreement_figure import agreement_figure
from ethoprism.report.figures import save_figure
from ethoprism.study import VideoClocks, join_annotations, keep_behaviors, merge_ethograms
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.agreement import (
    Agreement,
    AgreementSettings,
    CodedVideo,
    align_coders,
    measure_agreement,
)
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.formats import recognise

_BOUTS = "*.bouts.csv"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Coders' labels side by side, and how far they agree.

    Parameters
    ----------
    agreement
        The measures.
    videos
        The labels, one item a video.
    ethogram
        Of all coders together.
    clocks
        Which clock each video went by, in the columns `video` and `clock`.
    """

    agreement: Agreement
    videos: tuple[CodedVideo, ...]
    ethogram: Ethogram
    clocks: pd.DataFrame

    def write(self, out: Path) -> list[Path]:
        """Write the measures, the disagreements and a figure of each video; return the paths."""
        written = [out / "agreement.csv", out / "disagreements.csv", out / "clocks.csv"]
        write_table(self.clocks, written[2])
        write_table(self.agreement.table, written[0])
        write_table(self.agreement.disagreements, written[1])
        colors = {behavior.name: behavior.color for behavior in self.ethogram}
        for video in self.videos:
            written.append(out / f"{video.video}.agreement.png")
            save_figure(agreement_figure(video, colors), written[-1])
        return written


def agreement(
    coders: Sequence[str | Path],
    videos: Sequence[str | Path] = (),
    *,
    settings: AgreementSettings | None = None,
    behaviors: Sequence[str] = (),
    ethogram: Ethogram | None = None,
    fps: float | None = None,
) -> Comparison:
    """Measure how far coders of the same videos agree; a model's bouts are a coder's as well.

    Parameters
    ----------
    coders
        A label file of any format for each coder, or a folder of them (of `classify`'s results, the
        bouts).
    videos
        Videos and folders of videos; the folders of the label files if empty.
    behaviors
        Which to compare; all that any coder names if empty.
    ethogram
        The behaviours there are; taken from the files if not given.
    fps
        Frames per second of the videos that are not at hand; else the labels' own frames and
        seconds stand in.

    Raises
    ------
    EthoprismError
        If a file cannot be read, a video has no clock, or no two coders observed the same video.
    """
    files = {
        name: _label_files(path)
        for name, path in _coder_names([Path(coder) for coder in coders]).items()
    }
    everything = [file for listed in files.values() for file in listed]
    clocks = VideoClocks(everything, [Path(video) for video in videos], fps)
    read = {
        name: [clocks.read(file, ethogram) for file in listed] for name, listed in files.items()
    }
    merged = ethogram or merge_ethograms(
        [part.ethogram for parts in read.values() for part in parts]
    )
    joined = {
        name: keep_behaviors(join_annotations(parts, merged), behaviors)
        for name, parts in read.items()
    }
    aligned = align_coders(joined, clocks.frame_times)
    kept = next(iter(joined.values())).ethogram
    went_by = clocks.table([video.video for video in aligned])
    return Comparison(measure_agreement(aligned, settings), tuple(aligned), kept, went_by)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, atomically; empty where undefined, without rounding errors."""
    with atomic_path(path) as temporary:
        table.to_csv(
            temporary, index=False, float_format="%.10g", encoding="utf-8", lineterminator="\n"
        )


def _coder_names(paths: Sequence[Path]) -> dict[str, Path]:
    """Call each coder by the start of the file's name, as much of it as tells them apart."""
    short = [path.name if path.is_dir() else path.name.partition(".")[0] for path in paths]
    whole = [path.as_posix() for path in paths]
    for names in (short, [path.name for path in paths], whole):
        if len(set(names)) == len(names):
            return dict(zip(names, paths, strict=True))
    raise EthoprismError("the same coder is named twice", ", ".join(whole), "name each once")


def _label_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    bouts = sorted(path.rglob(_BOUTS))
    files = bouts or [file for file in sorted(path.iterdir()) if _is_label_file(file)]
    if not files:
        raise EthoprismError("no label files in this folder", path, "name the files")
    return files


def _is_label_file(path: Path) -> bool:
    if not path.is_file() or path.name.startswith("."):
        return False
    try:
        recognise(path)
    except EthoprismError:
        return False
    return True
