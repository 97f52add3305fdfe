"""What the demo's page says: numbers of an evaluation and bouts of a new video, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from ethoprism import __version__
from ethoprism.evaluating import Evaluation
from ethoprism.report.content import Page, Score, Step, Tile, Timeline
from ethoprism.report.examples import Source, collect_examples
from ethoprism.report.findings import BoutCount, count_found, list_budgets, list_scores
from ethoprism.report.timelines import build_timeline
from ethoprism.results import duration
from ethoprism.scoring import ethogram_colors
from ethoprism.training import Training
from ethoprism_domains.annotation import bouts_from_labels
from ethoprism_domains.evaluation import ScoredVideo
from ethoprism_domains.probe import predicted_bouts

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_STEPS = (
    Step(
        "See what your videos hold, and whether anything is wrong with them.",
        "ethoprism info videos/",
    ),
    Step(
        "Train a probe on those that are labelled. It prints how well it does on animals that it "
        "has not seen. Add --encoder videoprism-base for a learned encoder; its weights are "
        "fetched once.",
        "ethoprism train labels.csv --videos videos/ --group animal --out probes/open-field",
    ),
    Step(
        "Find the bouts in all the others. Stop it whenever you like: the same command goes on "
        "from there.",
        "ethoprism classify videos/ --probe probes/open-field --out results/",
    ),
)

_CAVEATS = (
    "The footage is simulated by simple rules, and its truth is exact. Real animals are less "
    "obliging, and two people who code the same video never agree completely. Expect lower "
    "scores, and measure them on your own labelled videos with ethoprism evaluate.",
    "The features are the classical ones, optical flow and gradients, which need no weights and "
    "work on any machine. A learned video encoder sees more, and takes longer.",
    "A few animals give wide intervals. They are over animals, not frames: frames of one video are "
    "nearly the same picture, and would make any probe look better than it is.",
)


@dataclass(frozen=True, eq=False)
class NewVideo:
    """A classified video beside the truth that the simulation knows.

    Parameters
    ----------
    path
        The file.
    tracks
        The file of its animal's tracks.
    predictions, labels
        Of every frame: what the probe says, and what is true.
    """

    path: Path
    tracks: Path | None
    predictions: xr.Dataset
    labels: xr.Dataset


@dataclass(frozen=True, eq=False)
class Demo:
    """What the demo made.

    Parameters
    ----------
    page
        The HTML page.
    training
        The probe.
    evaluation
        Its scores on animals that it was not trained on.
    new
        A video that it classified.
    footage_s, seconds
        How much footage there was, and how long everything took.
    """

    page: Path
    training: Training
    evaluation: Evaluation
    new: NewVideo
    footage_s: float
    seconds: float


def build_page(demo: Demo) -> Page:
    """Put the page together; it shows the behaviours in the probe's order."""
    evaluation, probe = demo.evaluation, demo.training.probe
    ethogram = evaluation.footage.study.annotations.ethogram
    colors = ethogram_colors(ethogram, probe.behaviors)
    scores, overall = list_scores(evaluation.scores, colors)
    bouts = count_found(_scored(evaluation))
    return Page(
        title=f"{_word(len(colors)).capitalize()} behaviours, read from video",
        lead=_lead(demo),
        findings=_findings(evaluation, scores, bouts),
        tiles=_tiles(demo, overall, bouts),
        timelines=(_timeline(demo.new, colors),),
        examples=collect_examples(_sources(demo), colors),
        scores=scores,
        overall=overall,
        budgets=list_budgets(evaluation.scores.budgets, colors),
        steps=_STEPS,
        caveats=_CAVEATS,
        facts=(
            ("Encoder", probe.source.encoder),
            ("Probe", probe.kind),
            ("Windows trained on", f"{probe.training['samples']:,}"),
            ("Ethoprism", __version__),
        ),
    )


def _lead(demo: Demo) -> str:
    learned = len(set(demo.training.probe.training["groups"].values()))
    tested = len(set(demo.evaluation.footage.study.groups.values()))
    return (
        f"From the labelled videos of {_word(learned)} simulated mice, a probe learned what each "
        f"behaviour looks like. It was then tested on {_word(tested)} mice that it had never met, "
        "and read a new video by itself. All of this happened just now, on this computer, without "
        "a network."
    )


def _findings(evaluation: Evaluation, scores: Sequence[Score], bouts: BoutCount) -> tuple[str, ...]:
    ranked = sorted(
        (score for score in scores if score.bouts), key=lambda one: one.average_precision.value
    )
    worst, best = ranked[0], ranked[-1]
    table = evaluation.scores.table
    off = table[table["metric"] == "time_budget_error"].set_index("behavior").to_dict("index")
    mean = off["macro average"]
    return (
        f"Of {bouts.true} true bouts it found {bouts.found}. Of the {bouts.reported} that it "
        f"reported, {bouts.reported - bouts.found} were not there. A bout counts as found if a "
        "report of the same behaviour overlaps it by a quarter or more.",
        f"It is best at {best.behavior} ({_beside_chance(best)}) and worst at {worst.behavior} "
        f"({_beside_chance(worst)}).",
        f"The share of time in a behaviour is off by {100 * mean['value']:.1f} percentage points "
        f"on average; the mean of the other animals would be off by {100 * mean['chance']:.1f}.",
    )


def _beside_chance(score: Score) -> str:
    precision = score.average_precision
    return f"{precision.value:.2f}, where guessing reaches {precision.chance:.2f}"


def _tiles(demo: Demo, overall: Score, bouts: BoutCount) -> tuple[Tile, ...]:
    precision = overall.average_precision
    videos = len(demo.training.probe.training["videos"]) + len(demo.evaluation.predictions) + 1
    minutes, seconds = divmod(round(demo.seconds), 60)
    return (
        Tile(
            f"{precision.value:.2f}",
            f"mean average precision on unseen mice; guessing reaches {precision.chance:.2f}",
        ),
        Tile(f"{bouts.found} of {bouts.true}", "true bouts found in their videos"),
        Tile(f"{demo.footage_s / 60:.0f} min", f"of footage, in {videos} videos"),
        Tile(f"{minutes} min {seconds} s", "from nothing to this page"),
    )


def _timeline(new: NewVideo, colors: Mapping[str, str]) -> Timeline:
    probability = new.predictions["probability"].isel(individual=0)
    return build_timeline(
        new.path.name,
        duration(new.predictions),
        colors,
        predicted_bouts(new.predictions),
        bouts_from_labels(new.labels["labels"], new.path.name),
        {name: probability.sel(behavior=name).to_numpy() for name in colors},
    )


def _sources(demo: Demo) -> list[Source]:
    """List the videos to cut examples from: those of the test, and the new one."""
    footage, new = demo.evaluation.footage, demo.new
    paths = [*footage.study.paths.values(), new.path]
    tracks = [*footage.tracks, new.tracks]
    predictions = [*demo.evaluation.predictions, new.predictions]
    labels = [*footage.labels, new.labels]
    return [
        Source(path, where, predicted_bouts(said), true)
        for path, where, said, true in zip(paths, tracks, predictions, labels, strict=True)
    ]


def _scored(evaluation: Evaluation) -> list[ScoredVideo]:
    pairs = zip(evaluation.footage.labels, evaluation.predictions, strict=True)
    return [ScoredVideo.compare(labels, said) for labels, said in pairs]


def _word(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)
