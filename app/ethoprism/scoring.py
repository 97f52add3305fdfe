"""Score predictions against the labels of a study, and write what was found."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ethoprism.footage import Footage
from ethoprism.report.figures import (
    confusion_figure,
    ethogram_figure,
    precision_recall_figure,
    save_figure,
)
from ethoprism.results import duration
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Ethogram, bouts_from_labels
from ethoprism_domains.evaluation import EvaluationSettings, ScoredVideo, Scores, evaluate

_BLOCKS = 5
_CLIP_COLUMNS = ("video", "group", "individual", "behavior", "truth", "predicted", "probability")


def score(footage: Footage, predictions: Sequence[xr.Dataset]) -> Scores:
    """Score one predictions dataset for each video of `footage`.

    Confidence intervals are over groups of videos. Where there is one group only, each video is cut
    into five blocks of time, which stand in for groups: intervals are then about this footage.
    """
    rows = zip(footage.labels, predictions, footage.groups, strict=True)
    videos = [ScoredVideo.compare(labels, said, group) for labels, said, group in rows]
    if len(set(footage.groups)) == 1:
        videos = [block for video in videos for block in _blocks(video)]
    settings = EvaluationSettings(level="clip" if footage.whole_clips else "frame")
    exclusive = footage.study.annotations.ethogram.exclusive_groups
    return evaluate(videos, settings, exclusive)


def write_scores(
    scores: Scores, footage: Footage, predictions: Sequence[xr.Dataset], out: Path
) -> list[Path]:
    """Write scores as JSON and CSV, and figures: precision-recall, confusions and ethograms.

    Of whole clips, a table of clips stands in for time budgets and ethograms.

    Returns
    -------
    What was written.
    """
    scores.write_json(out / "scores.json")
    scores.write_csv(out / "scores.csv")
    if footage.whole_clips:
        name, table = "clips.csv", clip_table(footage, predictions)
    else:
        name, table = "time-budgets.csv", scores.budgets
    with atomic_path(out / name) as temporary:
        table.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
    written = [out / "scores.json", out / "scores.csv", out / name]
    return [*written, *_write_figures(scores, footage, predictions, out)]


def clip_table(footage: Footage, predictions: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Make a row a clip, individual and behaviour: the truth, and what was predicted.

    Returns
    -------
    Columns `video, group, individual, behavior, truth` (1 present, 0 absent, -1 unknown),
    `predicted` and `probability`.
    """
    rows = []
    for labels, said, group in zip(footage.labels, predictions, footage.groups, strict=True):
        clip = ScoredVideo.compare(labels, said, group)
        for number, individual in enumerate(said["individual"].values.tolist()):
            parts = clip.truth[0, number], clip.predicted[0, number], clip.probability[0, number]
            rows += [
                (clip.video, group, individual, name, int(true), int(label), float(probability))
                for name, true, label, probability in zip(clip.behaviors, *parts, strict=True)
            ]
    return pd.DataFrame(rows, columns=list(_CLIP_COLUMNS))


def ethogram_colors(ethogram: Ethogram, behaviors: Sequence[str]) -> dict[str, str]:
    """Return the colour of each of the `behaviors`, in their order."""
    return {name: ethogram[name].color for name in behaviors}


def _blocks(video: ScoredVideo) -> list[ScoredVideo]:
    edges = np.linspace(0, len(video.frame_times), _BLOCKS + 1).astype(int).tolist()
    return [
        video.part(start, stop, f"{video.video} from frame {start}")
        for start, stop in pairwise(edges)
        if stop > start
    ]


def _write_figures(
    scores: Scores, footage: Footage, predictions: Sequence[xr.Dataset], out: Path
) -> list[Path]:
    ethogram = footage.study.annotations.ethogram
    colors = ethogram_colors(ethogram, predictions[0]["behavior"].values.tolist())
    written = [out / "precision-recall.png"]
    save_figure(_precision_recall(scores, colors), written[0])
    for number, table in enumerate(scores.confusions, start=1):
        written.append(out / f"confusion{'' if number == 1 else f'-{number}'}.png")
        counts = table.to_numpy().astype(float)
        save_figure(confusion_figure(counts, [str(name) for name in table.columns]), written[-1])
    if footage.whole_clips:
        return written
    for video, labels, said in zip(footage.study.paths, footage.labels, predictions, strict=True):
        written.append(out / "ethograms" / f"{Path(video).with_suffix('')}.png")
        _write_ethogram(video, labels, said, colors, ethogram, written[-1])
    return written


def _precision_recall(scores: Scores, colors: dict[str, str]):  # type: ignore[no-untyped-def]
    table = scores.table[scores.table["metric"] == "average_precision"].set_index("behavior")
    curves = {}
    for name in colors:
        own = scores.curves[scores.curves["behavior"] == name]
        if len(own):
            curves[name] = (own["recall"].to_numpy(float), own["precision"].to_numpy(float))
    values, chances = ({str(k): float(v) for k, v in table[c].items()} for c in ("value", "chance"))
    return precision_recall_figure(curves, colors, values, chances)


def _write_ethogram(
    video: str,
    labels: xr.Dataset,
    said: xr.Dataset,
    colors: dict[str, str],
    ethogram: Ethogram,
    path: Path,
) -> None:
    individuals = said["individual"]
    coded = labels["labels"]
    if coded.sizes["individual"] == 1:
        coded = coded.assign_coords(individual=individuals)
    figure = ethogram_figure(
        bouts_from_labels(said["label"], video, ethogram),
        colors,
        duration(said),
        video,
        coded=bouts_from_labels(coded, video, ethogram),
    )
    save_figure(figure, path)
