"""Data sets of a field: read by its adapter, checked, and scored by its habits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ethoprism.ceilings import write_ceiling
from ethoprism.defaults import DEFAULT_ENCODER
from ethoprism.embedding import Recipe, Stages, fetch_encoder, silently
from ethoprism.evaluating import Evaluation, cross_validate
from ethoprism.footage import Footage, embed_study
from ethoprism.pictures import with_videos
from ethoprism.scoring import ethogram_colors
from ethoprism.study import Study
from ethoprism_core.encoders import Encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import EmbedSettings
from ethoprism_core.files import make_folder
from ethoprism_core.video import Region, load_index, read_regions
from ethoprism_core.video.tracks import save_tracks
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.annotation.store import spelled
from ethoprism_domains.base import Dataset, Finding, Recording, Sampling, window_labels
from ethoprism_domains.ceiling import Ceiling, human_ceiling
from ethoprism_domains.checking import check_dataset, count_behaviors
from ethoprism_domains.directed import by_target
from ethoprism_domains.evaluation import MACRO
from ethoprism_domains.habits import clip_labels
from ethoprism_domains.registry import read_dataset


@dataclass(frozen=True, eq=False)
class Checked:
    """A data set, and what is to be said of it.

    Parameters
    ----------
    dataset
        As its adapter read it.
    counts
        A row a behaviour, as `count_behaviors` gives.
    findings
        What is odd, as `check_dataset` gives.
    """

    dataset: Dataset
    counts: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The findings that are more than remarks."""
        return tuple(finding for finding in self.findings if finding.wrong)

    def to_mapping(self) -> dict[str, object]:
        """Give it as plain values, for JSON."""
        return {
            "name": self.dataset.name,
            "domain": self.dataset.domain,
            "recordings": [_told(recording) for recording in self.dataset.recordings],
            "behaviors": self.counts.to_dict("records"),
            "findings": [vars(finding) for finding in self.findings],
        }


@dataclass(frozen=True, eq=False)
class DatasetEvaluation:
    """An evaluation by a field's habits.

    Parameters
    ----------
    evaluation
        All scores.
    metric
        The score that the field reports.
    values
        It for each behaviour that counts; NaN where it is undefined.
    mean
        The average of those that are defined.
    ceiling
        What people reach, where several have coded the same recordings.
    """

    evaluation: Evaluation
    metric: str
    values: Mapping[str, float]
    mean: float
    ceiling: Ceiling | None = None

    def write(self, out: str | Path) -> list[Path]:
        """Write scores and figures into the folder `out`, the ceiling too; return the files."""
        found = self.evaluation
        names = [name for name in found.scores.table["behavior"].unique() if name != MACRO]
        colors = ethogram_colors(found.footage.study.annotations.ethogram, names)
        return [*found.write(out), *write_ceiling(found.scores, self.ceiling, colors, Path(out))]


def check(path: str | Path, domain: str | None = None) -> Checked:
    """Read a data set and look for all that is odd about it.

    Parameters
    ----------
    path
        Its folder.
    domain
        The name of the adapter; the one that recognises it if not given.

    Raises
    ------
    EthoprismError
        If no adapter can read it.
    """
    dataset = read_dataset(path, domain)
    return Checked(dataset, count_behaviors(dataset), check_dataset(dataset))


def study_of(dataset: Dataset, group_by: str | None = None, tracks: Path | None = None) -> Study:
    """Make a study of the recordings that are labelled and have a video.

    Parameters
    ----------
    group_by
        What is left out as a whole: ``video`` or a group of the recordings; by the data set's
        habits if not given.
    tracks
        A folder for the tracks of recordings that have boxes and no file of them.

    Raises
    ------
    EthoprismError
        If no recording is left, or one has no such group.
    """
    key = group_by or dataset.habits.group_by
    used = [item for item in dataset.recordings if item.labelled and _has_video(item)]
    if not used or all(item.annotations.events.empty for item in used):
        raise EthoprismError(
            "no recording has both a video and labelled behaviour",
            dataset.name,
            "see what ethoprism dataset check says",
        )
    names = {item.name for item in used}
    annotations = dataset.annotations
    kept = Annotations(
        annotations.events[annotations.events["video"].isin(names)],
        annotations.observed[annotations.observed["video"].isin(names)],
        annotations.ethogram,
    )
    paths = {item.name: item.video for item in used if item.video is not None}
    return Study(
        kept,
        paths,
        {item.name: _group(item, key) for item in used},
        _track_files(dataset, used, tracks),
        _regions(dataset, used),
    )


def with_regions(dataset: Dataset, boxes: Mapping[str, str]) -> Dataset:
    """Let windows show these regions of every recording, in place of its own.

    Raises
    ------
    EthoprismError
        If a box cannot be read.
    """
    regions = read_regions(boxes)
    recordings = tuple(replace(item, regions=regions) for item in dataset.recordings)
    sampling = replace(dataset.habits.sampling, kind="region")
    habits = replace(dataset.habits, sampling=sampling)
    return replace(dataset, recordings=recordings, habits=habits)


def left_out(dataset: Dataset) -> tuple[str, ...]:
    """Say which recordings `study_of` leaves out, and why."""
    reasons = {
        "they have no video": [item for item in dataset.recordings if not _has_video(item)],
        "nobody has labelled them": [
            item for item in dataset.recordings if _has_video(item) and not item.labelled
        ],
    }
    return tuple(
        f"{len(items)} recordings are left out: {reason} (first: {items[0].name})"
        for reason, items in reasons.items()
        if items
    )


def evaluate_dataset(
    dataset: Dataset,
    encoder: str | Encoder = DEFAULT_ENCODER,
    *,
    kind: str | None = None,
    group_by: str | None = None,
    directed: bool = False,
    features: str | Path = "features",
    seed: int = 0,
    stages: Stages = silently,
) -> DatasetEvaluation:
    """Cross-validate a probe on a data set, sampled and scored by its habits.

    Parameters
    ----------
    encoder
        An encoder, or the name of one.
    kind, group_by
        The kind of probe, and what is left out as a whole, in place of the habits'.
    directed
        Whether behaviours are told apart by whom they are directed at.
    features
        The folder where features are kept.
    seed
        Of everything random.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does.

    Raises
    ------
    EthoprismError
        If its videos cannot be read, do not fit, or differ too much to be sampled in one way.
    """
    dataset = by_target(dataset) if directed else dataset
    habits = dataset.habits
    loaded = fetch_encoder(encoder, stages=stages) if isinstance(encoder, str) else encoder
    footage = embed_dataset(dataset, loaded, group_by, Path(features), stages)
    probe = habits.probe.instead(kind)
    found = cross_validate(footage, probe.kind, seed, stages, probe.settings)
    found = replace(found, notices=(*left_out(dataset), *found.notices))
    scoring = habits.scoring
    return DatasetEvaluation(
        found,
        scoring.metric,
        scoring.values(found.scores),
        scoring.mean(found.scores),
        human_ceiling(dataset, group_by, whole_scene=is_of_scene(footage)),
    )


def is_of_scene(footage: Footage) -> bool:
    """Say whether labels tell what happens, and not who does it."""
    return all(labels["individual"].values.tolist() == [""] for labels in footage.labels)


def embed_dataset(
    dataset: Dataset,
    encoder: Encoder,
    group_by: str | None,
    features: Path,
    stages: Stages = silently,
) -> Footage:
    """Embed what `study_of` keeps, and label it, by the habits of the data set.

    Raises
    ------
    EthoprismError
        If its videos cannot be read, do not fit, or differ too much to be sampled in one way.
    """
    dataset = with_videos(dataset, features / "pictures", stages)
    study = study_of(dataset, group_by, features / "tracks")
    footage = embed_study(study, _recipe(dataset, study, encoder, features), stages)
    return _relabelled(footage, dataset)


def _recipe(dataset: Dataset, study: Study, encoder: Encoder, out: Path) -> Recipe:
    sampling = dataset.habits.sampling
    if sampling.in_milliseconds:
        settings = EmbedSettings(sampling.stride, milliseconds=sampling.milliseconds)
        return Recipe(encoder, settings, _followed(dataset), out=out)
    times = [load_index(path).times for path in study.paths.values()]
    steps = {sampling.step_for(own, encoder.clip_frames) for own in times}
    if len(steps) > 1:
        raise EthoprismError(
            "a window of this length is not the same number of frames in each video: its frames "
            f"would be {min(steps)} to {max(steps)} frames apart",
            dataset.name,
            "evaluate videos of one rate and length together",
        )
    stride = min(sampling.stride_for(own) for own in times)
    settings = EmbedSettings(stride, steps.pop())
    return Recipe(encoder, settings, _followed(dataset), out=out)


def _followed(dataset: Dataset) -> int:
    """Count the animals that are followed in a video: as many as the most that one shows."""
    if not dataset.habits.sampling.follows:
        return 0
    return max(1, *(len(item.individuals) for item in dataset.recordings))


def _regions(dataset: Dataset, used: list[Recording]) -> dict[str, tuple[Region, ...]]:
    """Give the regions of each recording, where windows show these."""
    if dataset.habits.sampling.kind != "region":
        return {}
    without = [item.name for item in used if not item.regions]
    if without:
        raise EthoprismError("it has no regions", without[0], "say where they are in its picture")
    return {item.name: item.regions for item in used}


def _relabelled(footage: Footage, dataset: Dataset) -> Footage:
    """Give the frames the labels that the windows around them have by the field's rule."""
    sampling, rule = dataset.habits.sampling, dataset.habits.scoring.window_label
    labels = tuple(_sample_labels(own, sampling, rule) for own in footage.labels)
    study = _without_exclusions(footage.study) if _meet(footage.study, labels) else footage.study
    whole = sampling.kind == "clip"
    return replace(footage, labels=labels, study=study, whole_clips=whole)


def _sample_labels(labels: xr.Dataset, sampling: Sampling, rule: str) -> xr.Dataset:
    if sampling.kind == "clip":
        return clip_labels(labels, rule)
    return window_labels(labels, sampling.span(labels["time"].values.astype(np.float64)), rule)


def _meet(study: Study, labels: Sequence[xr.Dataset]) -> bool:
    """Whether a sample shows several behaviours of which one at most holds in a frame."""
    return any(
        bool(((own["labels"].sel(behavior=list(group)) == 1).sum("behavior") > 1).any())
        for group in study.annotations.ethogram.exclusive_groups
        for own in labels
    )


def _without_exclusions(study: Study) -> Study:
    """Let behaviours meet: a window may show several that no single frame shows together."""
    known = study.annotations
    behaviors = tuple(replace(item, excludes=()) for item in known.ethogram)
    ethogram = Ethogram(behaviors, known.ethogram.subjects)
    return replace(study, annotations=Annotations(known.events, known.observed, ethogram))


def _has_video(recording: Recording) -> bool:
    return recording.video is not None and recording.video.exists()


def _group(recording: Recording, key: str) -> str:
    if key == "video":
        return recording.name
    if not recording.groups.get(key):
        known = ", ".join(["video", *recording.groups])
        raise EthoprismError(f"nothing says which {key} it is of", recording.name, f"use {known}")
    return recording.groups[key]


def _track_files(dataset: Dataset, used: list[Recording], folder: Path | None) -> dict[str, Path]:
    """Give the tracks of each recording as a file, where windows show single animals."""
    if not dataset.habits.sampling.follows:
        return {}
    files = {}
    for item in used:
        if isinstance(item.tracks, Path):
            files[item.name] = item.tracks
        elif item.tracks is not None and folder is not None:
            files[item.name] = folder / f"{spelled(item.name)}.nc"
            make_folder(folder)
            save_tracks(item.tracks, files[item.name])
    return files


def _told(recording: Recording) -> dict[str, object]:
    clock = recording.clock
    return {
        "name": recording.name,
        "video": None if recording.video is None else str(recording.video),
        "individuals": list(recording.individuals),
        "groups": dict(recording.groups),
        "events": len(recording.annotations.events),
        "coders": list(recording.coders),
        "start": None if clock is None or clock.start is None else clock.start.isoformat(),
        "metadata": dict(recording.metadata),
    }
