"""What the demo's page says: numbers of an evaluation and bouts of a new video, in plain words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xarray as xr

from ethoprism import __version__
from ethoprism.classifying import Classified
from ethoprism.embedding import Recipe, embed_file
from ethoprism.evaluating import Evaluation
from ethoprism.report.content import (
    Budget,
    Clip,
    Examples,
    Interval,
    Page,
    Score,
    Step,
    Tile,
    Timeline,
)
from ethoprism.report.pictures import bout_frames, cut_frames, filmstrip, whole_frame
from ethoprism.report.timelines import build_timeline, clock
from ethoprism.results import duration
from ethoprism.scoring import ethogram_colors
from ethoprism.study import read_study
from ethoprism.training import Training
from ethoprism_core.video import Crop, Video
from ethoprism_core.video.follow import square_crops
from ethoprism_core.video.tracks import load_tracks
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.evaluation import MACRO, Scores
from ethoprism_domains.probe import predicted_bouts

_MACRO_COLOR = "#1d2230"
_CLIPS, _CLIP_FRAMES, _CLIP_PIXELS, _CLIP_SECONDS = 3, 12, 120, 1.5


@dataclass(frozen=True, eq=False)
class NewVideo:
    """A classified video beside the truth that the simulation knows.

    Parameters
    ----------
    path
        The file.
    predictions
        Of every frame.
    predicted, true
        Event tables.
    tracks
        Where its animal is.
    """

    path: Path
    predictions: xr.Dataset
    predicted: pd.DataFrame
    true: pd.DataFrame
    tracks: xr.Dataset | None

    @classmethod
    def read(cls, classified: Classified, recipe: Recipe, labels: Path) -> "NewVideo":
        """Read back what `classify` wrote."""
        with xr.open_dataset(classified.outputs.predictions, engine="h5netcdf") as stored:
            predictions = stored.load()
        embedded = embed_file(
            classified.video, recipe
        )  # is there already: tells where the tracks are
        study = read_study([labels], [classified.video])
        return cls(
            path=classified.video,
            predictions=predictions,
            predicted=predicted_bouts(predictions, study.annotations.ethogram),
            true=study.annotations.events,
            tracks=None if embedded.tracks is None else load_tracks(embedded.tracks),
        )


def build_page(training: Training, evaluation: Evaluation, new: NewVideo) -> Page:
    """Put the page together; it shows the behaviours in the ethogram's order."""
    ethogram = evaluation.footage.study.annotations.ethogram
    behaviors = [str(name) for name in new.predictions["behavior"].values]
    colors = ethogram_colors(ethogram, behaviors)
    scores = evaluation.scores
    overall = _score(scores, MACRO, _MACRO_COLOR)
    return Page(
        title="A mouse, read from video",
        lead=(
            "A probe learned these behaviours from the coded videos of some mice, was tested on "
            "other mice, and then read a video that nobody had coded. Everything here was made on "
            "this machine, just now, without a network."
        ),
        findings=_findings(scores, behaviors, overall),
        tiles=_tiles(training, evaluation, overall, new),
        timelines=(_timeline(new, colors),),
        examples=_examples(new, colors),
        scores=tuple(_score(scores, name, colors[name]) for name in behaviors),
        overall=overall,
        budgets=_budgets(scores.budgets, colors),
        steps=_STEPS,
        caveats=_CAVEATS,
        facts=_facts(training, ethogram),
    )


_STEPS = (
    Step("Say what a video holds", "ethoprism info videos/"),
    Step(
        "Train a probe on the videos that you coded; scores of held-out videos are printed",
        "ethoprism train labels.csv --videos videos/ --out probes/mouse",
    ),
    Step(
        "Score it on animals that it has not seen",
        "ethoprism evaluate other-labels.csv --videos videos/ --probe probes/mouse.safetensors "
        "--out evaluation",
    ),
    Step(
        "Read a whole folder",
        "ethoprism classify new-videos/ --probe probes/mouse.safetensors --out results",
    ),
)

_CAVEATS = (
    "The footage is simulated, and its truth is exact. Real animals are less obliging, and two "
    "people who code the same video never agree completely.",
    "The features are the classical ones, optical flow and gradients, which need no weights. "
    "VideoPrism's need a download, and more time.",
    "A score on four videos has a wide interval. On your own footage, leave out animals or sites "
    "(--group), not frames.",
)


def _findings(scores: Scores, behaviors: list[str], overall: Score) -> tuple[str, ...]:
    ranked = sorted(behaviors, key=lambda name: -_finite(scores.value("average_precision", name)))
    best, worst = ranked[0], ranked[-1]
    precision = overall.average_precision
    errors = {name: _finite(scores.value("time_budget_error", name)) for name in behaviors}
    return (
        f"Over all behaviours the average precision on unseen mice is {precision.value:.2f}, where "
        f"guessing reaches {precision.chance:.2f}.",
        f"Best told is {best} ({scores.value('average_precision', best):.2f}), hardest is {worst} "
        f"({scores.value('average_precision', worst):.2f}).",
        "The share of time in a behaviour is off by "
        f"{100 * sum(errors.values()) / len(errors):.1f} percentage points on average.",
    )


def _tiles(
    training: Training, evaluation: Evaluation, overall: Score, new: NewVideo
) -> tuple[Tile, ...]:
    coded = len(training.probe.training["video_fingerprints"])
    unseen = len(evaluation.footage.study.paths)
    precision = overall.average_precision
    return (
        Tile(str(coded), "coded videos to learn from"),
        Tile(str(unseen), "videos of other mice to test on"),
        Tile(f"{precision.value:.2f}", f"average precision (guessing: {precision.chance:.2f})"),
        Tile(str(len(new.predicted)), f"bouts found in {clock(duration(new.predictions))} min"),
    )


def _timeline(new: NewVideo, colors: Mapping[str, str]) -> Timeline:
    probability = new.predictions["probability"].isel(individual=0)
    return build_timeline(
        new.path.name,
        duration(new.predictions),
        colors,
        new.predicted,
        new.true,
        {name: probability.sel(behavior=name).to_numpy() for name in colors},
    )


def _examples(new: NewVideo, colors: Mapping[str, str]) -> tuple[Examples, ...]:
    """Cut out the bouts of each behaviour that the probe is surest of."""
    examples = []
    with Video(new.path) as video:
        for name, color in colors.items():
            mine = new.predicted[new.predicted["behavior"] == name]
            surest = mine.sort_values("confidence", ascending=False).head(_CLIPS)
            clips = [_clip(video, new, bout) for _, bout in surest.iterrows()]
            if clips:
                examples.append(Examples(name, color, tuple(clips)))
    return tuple(examples)


def _clip(video: Video, new: NewVideo, bout: pd.Series) -> Clip:
    longest = max(2, round(_CLIP_SECONDS * video.fps))
    frames = bout_frames(int(bout["start_frame"]), int(bout["stop_frame"]), longest, _CLIP_FRAMES)
    pictures = cut_frames(video, frames, _crops(video, new, frames), _CLIP_PIXELS)
    return Clip(
        image=filmstrip(pictures),
        frames=len(frames),
        seconds=max(0.4, float(video.times[frames[-1]] - video.times[frames[0]])),
        when=clock(float(bout["start_s"])),
        probability=float(bout["confidence"]),
        verdict="agrees" if _truly(new.true, bout) else "disagrees",
    )


def _crops(video: Video, new: NewVideo, frames: list[int]) -> list[Crop]:
    if new.tracks is None:
        return [whole_frame(video)] * len(frames)
    squares = square_crops(new.tracks)[:, 0]
    return [Crop(*(float(number) for number in squares[frame])) for frame in frames]


def _truly(true: pd.DataFrame, bout: pd.Series) -> bool:
    """Say whether more than half of a bout truly was its behaviour."""
    same = true[true["behavior"] == bout["behavior"]]
    start = same["start_frame"].clip(lower=bout["start_frame"])
    stop = same["stop_frame"].clip(upper=bout["stop_frame"])
    shared = (stop - start).clip(lower=0).sum()
    return bool(shared > (bout["stop_frame"] - bout["start_frame"]) / 2)


def _score(scores: Scores, behavior: str, color: str) -> Score:
    mine = scores.table[scores.table["behavior"] == behavior]
    rows = mine.set_index("metric").to_dict("index")
    precision, bout = rows["average_precision"], rows["f1@0.25"]
    value = _finite(precision["value"])
    interval = Interval(
        value,
        _finite(precision["low"], value),
        _finite(precision["high"], value),
        _finite(precision["chance"]),
    )
    return Score(
        "average of all" if behavior == MACRO else behavior,
        color,
        interval,
        float(rows["f1"]["value"]),
        float(bout["value"]),
        int(bout["count"]),
    )


def _budgets(budgets: pd.DataFrame, colors: Mapping[str, str]) -> tuple[Budget, ...]:
    """Share out the time of all test videos together."""
    weight = budgets["observed_s"]
    seconds = budgets.assign(truth=budgets["truth"] * weight, said=budgets["predicted"] * weight)
    sums = seconds.groupby("behavior")[["truth", "said", "observed_s"]].sum().to_dict("index")
    return tuple(
        Budget(name, color, one["truth"] / one["observed_s"], one["said"] / one["observed_s"])
        for name, color in colors.items()
        if (one := sums.get(name))
    )


def _facts(training: Training, ethogram: Ethogram) -> tuple[tuple[str, str], ...]:
    return (
        ("ethoprism", __version__),
        ("encoder", training.probe.source.encoder),
        ("probe", training.path.name),
        ("behaviours", str(len(ethogram.names))),
    )


def _finite(value: float, otherwise: float = 0.0) -> float:
    return otherwise if math.isnan(value) else float(value)
