"""Camera traps, from made footage to activity, trapping rates and a score on sites not seen.

    python docs/tutorials/ecology.py --out DIR

Everything is made here, so that all of it is known: two species that come at hours of their own,
each more often at some sites than at others, and clips without an animal. One camera's clock is an
hour ahead. Figures, tables and a Camtrap DP package go to DIR.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ethoprism.datasets import DatasetEvaluation, check, evaluate_dataset
from ethoprism.report.figures import save_figure
from ethoprism.report.trap_figures import activity_figure, budget_figure, rates_figure
from ethoprism.traps import TrapReport, report_traps, score_blanks
from ethoprism_core.video import Video
from ethoprism_domains.base import Dataset
from ethoprism_domains.ecology import (
    ActivitySettings,
    classified,
    crop_to_detections,
    light_table,
    read_camera_traps,
    read_detections,
    write_package,
)
from ethoprism_domains.registry import read_dataset
from ethoprism_domains.simulated.camera_traps import write_traps
from ethoprism_domains.simulated.trap_plan import (
    SPECIES,
    TrapClip,
    TrapSettings,
    true_activity,
)

STEPS = 150  # of the attention probe: fewer than usual, so that the tutorial is quick
INK, SOFT, SITE, VIDEO = "#1d2230", "#5c6475", "#3b6fb6", "#d9822b"


def main(arguments: list[str] | None = None) -> int:
    """Run the tutorial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where all goes")
    parser.add_argument("--sites", type=int, default=6, metavar="N", help="how many cameras")
    parser.add_argument("--visits", type=int, default=14, metavar="N", help="of animals to each")
    parser.add_argument("--frames", type=int, default=8, metavar="N", help="of each clip")
    parser.add_argument("--seed", type=int, default=2, metavar="N", help="of everything random")
    parser.add_argument("--probe-kind", metavar="KIND", help="of the last probe (attention)")
    chosen = parser.parse_args(arguments)
    out: Path = chosen.out
    settings = TrapSettings(
        sites=chosen.sites, visits=chosen.visits, frames=chosen.frames, seed=chosen.seed
    )
    clips = write_traps(out / "study", settings)
    dataset = look_at(out / "study")
    report = count_visits(out / "study", clips)
    found = score_sites(dataset, settings, out, chosen.probe_kind)
    send(dataset, found, out)
    draw(report, clips, out)
    return 0


def look_at(folder: Path) -> Dataset:
    """Check the study as it lies on the disk, and tell day from night by the pixels."""
    checked = check(folder)
    say(f"{len(checked.dataset.recordings)} clips, {len(checked.wrong)} things are wrong")
    say(checked.counts.to_string(index=False))
    counts = light_table(checked.dataset)["light"].value_counts()
    say(f"by their pixels {counts.get('day', 0)} are of the day, {counts.get('night', 0)} of night")
    return checked.dataset


def count_visits(folder: Path, clips: list[TrapClip]) -> TrapReport:
    """Group bursts into independent events; the study knows how many visits there were."""
    report = report_traps(folder, settings=ActivitySettings(fewest=5))
    visits = {(clip.site, clip.visit): clip.species for clip in clips if clip.visit >= 0}
    for row in report.species.itertuples():
        made = sum(species == row.species for species in visits.values())
        say(f"{row.species}: {row.records} clips, {row.events} independent events, {made} made")
    say(report.rates.to_string(index=False, float_format="%.1f"))
    return report


def score_sites(
    dataset: Dataset, settings: TrapSettings, out: Path, kind: str | None
) -> DatasetEvaluation:
    """Score species by clip: with clips of every site in training, and with whole sites left out.

    The same of clips in which no animal is drawn: there is nothing to be seen but the site.
    """
    write_traps(out / "background", replace(settings, visible=False, own_hours=False, leaning=1.0))
    detections = read_detections(out / "study" / "truth" / "detections.json")
    blanks = score_blanks(detections, read_camera_traps(out / "study"))
    say(f"an animal or none, by the boxes: average precision {blanks.average_precision:.2f}")
    cropped = crop_to_detections(dataset, detections)
    shown = {
        "background alone, no animal drawn": read_dataset(out / "background"),
        "whole picture": dataset,
        "square around the detected animal": cropped,
    }
    rows = [
        (what, split, *species_score(own, group, out))
        for what, own in shown.items()
        for split, group in (("clips left out", "video"), ("sites left out", "site"))
    ]
    table = pd.DataFrame(rows, columns=["shown", "split", "mean", "chance"])
    say(table.to_string(index=False, float_format="%.2f"))
    save_figure(split_figure(table), out / "ecology-sites.png")
    probe = replace(cropped.habits.probe, settings={"steps": STEPS})
    habits = replace(cropped.habits, probe=probe)
    found = evaluate_dataset(
        replace(cropped, habits=habits), "classical", kind=kind, features=out / "crops"
    )
    told = ", ".join(f"{name} {value:.2f}" for name, value in found.values.items())
    say(f"{kind or probe.kind} probe on crops, sites left out: {told}")
    return found


def species_score(dataset: Dataset, group: str, out: Path) -> tuple[float, float]:
    """Average a linear probe's average precision over the species, and what chance would give."""
    features = out / ("crops" if dataset.habits.sampling.cropped else "features")
    found = evaluate_dataset(dataset, "classical", kind="linear", group_by=group, features=features)
    table = found.evaluation.scores.table
    own = table[(table["metric"] == "average_precision") & table["behavior"].isin(SPECIES)]
    return float(own["value"].mean()), float(own["chance"].mean())


def send(dataset: Dataset, found: DatasetEvaluation, out: Path) -> None:
    """Write what the probe said of sites that it had not seen as a package of Camtrap DP."""
    names = found.evaluation.footage.study.paths
    said = dict(zip(names, found.evaluation.predictions, strict=True))
    traps = read_camera_traps(out / "study")
    told = classified(traps, said, dataset.ethogram, "the tutorial's probe")
    for loss in write_package(told, out / "package"):
        say(f"the package: {loss}")
    rows = told.observations
    say(f"{out / 'package'}: {len(rows)} observations, all by {rows['classificationMethod'][0]}")


def draw(report: TrapReport, clips: list[TrapClip], out: Path) -> None:
    """Draw some clips, the activity beside the true one, rates and budgets."""
    save_figure(clips_figure(clips, out / "study"), out / "ecology-clips.png")
    save_figure(rates_figure(report.rates), out / "ecology-rates.png")
    save_figure(budget_figure(report.budgets), out / "ecology-budgets.png")
    if report.activity is not None:
        figure = activity_figure(report.activity, report.events)
        hours = np.linspace(0, 24, 200)
        for axes, name in zip(figure.axes, report.activity["species"].values, strict=False):
            true = true_activity(str(name), hours)
            axes.plot(hours, true, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
            axes.set_ylim(0, 1.15 * max(true.max(), axes.get_ylim()[1] / 1.15))
        save_figure(figure, out / "ecology-activity.png")
        say(f"dashed in {out / 'ecology-activity.png'}: the density that visits were drawn from")


def split_figure(table: pd.DataFrame) -> Figure:
    """Draw the score of each way of showing clips, for both ways of leaving some out."""
    figure = Figure(figsize=(7.4, 2.9), layout="constrained")
    axes = figure.subplots()
    shown = list(dict.fromkeys(table["shown"]))
    for (split, own), color, shift in zip(
        table.groupby("split", sort=True), (VIDEO, SITE), (-0.17, 0.17), strict=True
    ):
        at = np.arange(len(shown)) + shift
        axes.barh(at, own["mean"], 0.3, color=color, label=split)
        for place, value in zip(at, own["mean"], strict=True):
            axes.text(value + 0.01, place, f"{value:.2f}", va="center", fontsize=8.5, color=SOFT)
    for place, chance in enumerate(table.groupby("shown", sort=False)["chance"].mean()):
        label = "chance" if place == 0 else None
        axes.plot([chance] * 2, [place - 0.38, place + 0.38], color=INK, linewidth=1.4, label=label)
    axes.set_yticks(range(len(shown)), [what.replace(", ", ",\n") for what in shown], fontsize=9)
    axes.set(xlim=(0, 1.08), ylim=(len(shown) - 0.45, -0.55))
    axes.set_xlabel("mean average precision of the species", fontsize=9.5, color=SOFT)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, colors=SOFT)
    figure.legend(loc="outside upper right", ncols=3, frameon=False, fontsize=9)
    return figure


def clips_figure(clips: list[TrapClip], folder: Path, columns: int = 5) -> Figure:
    """Draw the middle frame of some clips of three sites, a row a site."""
    sites = sorted({clip.site for clip in clips})[:3]
    figure = Figure(figsize=(0.82 * columns, 0.95 * len(sites)), layout="constrained")
    grid = figure.subplots(len(sites), columns, squeeze=False)
    for row, site in zip(grid, sites, strict=True):
        own = [clip for clip in clips if clip.site == site]
        for axes in row:
            axes.set_axis_off()
        for axes, clip in zip(row, own, strict=False):
            with Video(folder / clip.file) as video:
                axes.imshow(video[len(video) // 2])
            axes.set_title(
                f"{clip.time:%H:%M} {clip.species or 'blank'}", fontsize=5, color=SOFT, pad=2
            )
    return figure


def say(told: str) -> None:
    """Tell the reader of the tutorial."""
    sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    sys.exit(main())
