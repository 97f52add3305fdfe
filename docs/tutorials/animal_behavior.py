"""Social behaviour of two mice, from made footage to scores beside what a second person reaches.

    python docs/tutorials/animal_behavior.py --out DIR

Everything is made here, so that all of it is known: pairs of mice, what each does and to whom, and
a second coder who errs by a known measure. The folder is then read as a lab's own, checked,
exported, and a probe is scored on pairs that it has not seen. Three figures go to DIR.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism.ceilings import CEILING_COLUMNS, ceiling_rows
from ethoprism.datasets import DatasetEvaluation, check, evaluate_dataset
from ethoprism.exchanging.dataset_exporting import export_dataset
from ethoprism.report.budget_figures import shares_figure
from ethoprism.report.ceiling_figure import ceiling_figure
from ethoprism.report.figures import ethogram_figure, save_figure
from ethoprism_domains.annotation import (
    Annotations,
    aim_at_other,
    bouts_from_labels,
    targets_of,
)
from ethoprism_domains.base import Dataset, Recording, times_of_video
from ethoprism_domains.budget import bout_tracks, durations
from ethoprism_domains.evaluation.directed import score_directed
from ethoprism_domains.simulated import SceneSettings, plan_study, write_study

SOCIAL = ("approaching", "chasing", "contact")
CODED = (*SOCIAL, "resting", "grooming", "running")
MISSED, LATE = 0.15, 4  # of the second coder: the share of bouts, and the most frames


def main(arguments: list[str] | None = None) -> int:
    """Run the tutorial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where figures go")
    parser.add_argument("--videos", type=int, default=8, metavar="N", help="two of each pair")
    parser.add_argument("--seconds", type=float, default=40, metavar="S", help="of each video")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of everything random")
    kinds = ("compact", "attention", "linear")
    parser.add_argument("--probe-kind", choices=kinds, default="compact", help="which probe")
    chosen = parser.parse_args(arguments)
    folder = make_study(chosen.out / "study", chosen.videos, chosen.seconds, chosen.seed)
    dataset = look_at(folder)
    export(dataset, chosen.out / "exported")
    features = chosen.out / "features"
    found = evaluate_dataset(dataset, "classical", kind=chosen.probe_kind, features=features)
    tell_scores(found)
    score_targets(dataset, found)
    draw(dataset, found, chosen.out)
    return 0


def make_study(folder: Path, videos: int, seconds: float, seed: int) -> Path:
    """Simulate pairs of mice, and write the table that lists videos, labels, tracks and pairs."""
    scene = SceneSettings(
        arena="square", animals=2, size=(128, 128), fps=15.0, body_fraction=0.2, noise=1.0
    )
    write_study(folder, plan_study(scene.lasting(seconds), videos, seed))
    truth = pd.read_csv(folder / "labels.csv", keep_default_na=False)
    truth = truth[truth["behavior"].isin(CODED)]
    coded = second_coder(truth, seed)
    rows = []
    for video in pd.read_csv(folder / "videos.csv").itertuples():
        stem = Path(video.video).stem
        for coder, told in (("first", truth), ("second", coded)):
            own = told[told["video"] == video.video]
            own.to_csv(folder / f"{coder}_{stem}.csv", index=False)
        labels = {"labels": f"first_{stem}.csv", "labels_second": f"second_{stem}.csv"}
        tracks = f"truth/{stem}.tracks.nc"
        rows.append({"video": video.video, **labels, "tracks": tracks, "animal": video.animal})
    pd.DataFrame(rows).to_csv(folder / "recordings.csv", index=False)
    return folder


def second_coder(truth: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Code the same videos again: some bouts are missed, and the others begin late."""
    rng = np.random.default_rng(seed)
    seen = truth[rng.random(len(truth)) > MISSED]
    start = seen["start_frame"] + rng.integers(0, LATE + 1, len(seen))
    return seen.assign(start_frame=np.minimum(start, seen["stop_frame"] - 1))


def look_at(folder: Path) -> Dataset:
    """Check the folder, and tell what is in it."""
    checked = check(folder, "animal_behavior")
    say(f"{len(checked.dataset.recordings)} recordings, {len(checked.wrong)} things are wrong")
    say(checked.counts.to_string(index=False))
    events = checked.dataset.annotations
    aimed = sum(bool(names) for names in targets_of(events))
    say(f"{aimed} of {len(events.events)} events say whom they are directed at\n")
    return checked.dataset


def export(dataset: Dataset, out: Path) -> None:
    """Write a BORIS project, a table of bouts and the time budgets."""
    for name, exported in export_dataset(dataset, out).items():
        say(f"{name}: {', '.join(path.name for path in exported.files)}")


def tell_scores(found: DatasetEvaluation) -> None:
    """Print the probe's scores beside those of the second coder."""
    say(f"\nmean average precision on pairs that were not trained on: {found.mean:.2f}")
    if found.ceiling is not None:
        rows = ceiling_rows(found.evaluation.scores, found.ceiling)
        say(pd.DataFrame(rows, columns=list(CEILING_COLUMNS)).to_string(index=False))


def score_targets(dataset: Dataset, found: DatasetEvaluation) -> None:
    """Score who does it to whom. Of two animals, the target is the other one."""
    truth = only(dataset.annotations, SOCIAL)
    events = pd.concat(predicted_events(found).values(), ignore_index=True)
    predicted = Annotations(events, truth.observed, dataset.ethogram)
    predicted = aim_at_other(only(predicted, SOCIAL), SOCIAL)
    videos = {item.name: item.video for item in dataset.recordings}
    table = score_directed(truth, predicted, lambda name: known_times(videos[name]))
    shown = table[table["behavior"].isin(SOCIAL)]
    say("\nthat it happens, who does it, and to whom:")
    say(shown.round(2).to_string(index=False))


def draw(dataset: Dataset, found: DatasetEvaluation, out: Path) -> None:
    """Draw the ethogram of one video, the scores, and the time budget by truth and by probe."""
    colors = {name: dataset.ethogram[name].color for name in CODED if name in dataset.ethogram}
    recording = dataset.recordings[0]
    times = known_times(recording.video)
    figure = ethogram_figure(
        predicted_events(found)[recording.name],
        colors,
        float(times[-1]),
        recording.name,
        coded=recording.annotations.events,
    )
    save_figure(figure, out / "animal-behavior-ethogram.png")
    people = None if found.ceiling is None else found.ceiling.scores
    figure = ceiling_figure(found.evaluation.scores, people, colors)
    save_figure(figure, out / "animal-behavior-scores.png")
    budgets = durations([track for item in dataset.recordings for track in tracks_of(item)])
    save_figure(shares_figure(budgets, colors), out / "animal-behavior-budget.png")


def predicted_events(found: DatasetEvaluation) -> dict[str, pd.DataFrame]:
    """Make bouts of the held-out predictions of each video."""
    study = found.evaluation.footage.study
    said = zip(study.paths, found.evaluation.predictions, strict=True)
    ethogram = study.annotations.ethogram
    return {name: bouts_from_labels(own["label"], name, ethogram) for name, own in said}


def tracks_of(recording: Recording) -> list:
    """Lay out the bouts of a recording."""
    times = known_times(recording.video)
    return bout_tracks(recording.annotations, recording.name, times)


def only(annotations: Annotations, behaviors: tuple[str, ...]) -> Annotations:
    """Keep some behaviours."""
    events = annotations.events[annotations.events["behavior"].isin(behaviors)]
    return Annotations(events, annotations.observed, annotations.ethogram)


def known_times(video: Path | None) -> np.ndarray:
    """Give the frame times of a video that was made here."""
    times = times_of_video(video)
    return np.zeros(0) if times is None else times


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    raise SystemExit(main())
