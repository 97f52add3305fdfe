"""The long work of a project: embed its videos, train a probe, predict with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from ethoprism.batch import run_batch
from ethoprism.classifying import Classifier
from ethoprism.embedding import Stages, embed_file, silently
from ethoprism.learning.material import coded_study
from ethoprism.learning.places import features_folder, predictions_path, probe_path
from ethoprism.learning.project_options import project_options
from ethoprism.options import EmbedOptions
from ethoprism.project import Project
from ethoprism.results import Outputs
from ethoprism.training import Training, train_on
from ethoprism_domains.annotation.store import spelled
from ethoprism_domains.probe import Probe


@dataclass(frozen=True)
class Prepared:
    """What became of each of a project's videos.

    Parameters
    ----------
    done
        Names of the videos whose files are there now.
    computed
        Those of them for which something had to be computed.
    failures
        Why others failed, by their names.
    notices
        What the user should know, with the video's name in front.
    """

    done: tuple[str, ...]
    computed: tuple[str, ...]
    failures: dict[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def embed_project(
    project: Project,
    videos: Sequence[str] = (),
    options: EmbedOptions | None = None,
    stages: Stages = silently,
) -> Prepared:
    """Embed videos of a project; what is there already is passed over, a failure is told.

    Parameters
    ----------
    project
        The project.
    videos
        Names; all if empty.
    options
        How; as ``project.yaml`` says if not given.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does.

    Raises
    ------
    EthoprismError
        If the encoder cannot be loaded, or the project has no such video.
    """
    files = _files(project, videos)
    recipe = (options or project_options(project)).recipe(features_folder(project), stages)

    def work(path: Path) -> _Done:
        embedded = embed_file(path, recipe, stages)
        return files[path], embedded.computed, embedded.notices

    return _prepared(files, work)


def train_project(
    project: Project,
    annotator: str,
    name: str = "probe",
    options: EmbedOptions | None = None,
    *,
    kind: str = "compact",
    seed: int = 0,
    stages: Stages = silently,
) -> Training:
    """Train a probe on what an annotator has coded, and keep it as ``probes/<name>``.

    Videos that are not embedded yet are embedded first. Groups that are left out in turn are the
    project's groups of videos.

    Raises
    ------
    EthoprismError
        If there is too little to learn from, or a video cannot be embedded.
    """
    study = coded_study(project, annotator)
    options = options or project_options(project)
    out, features = probe_path(project, name), features_folder(project)
    return train_on(study, out, options, kind, "group of the project", features, seed, stages)


def predict_project(
    project: Project, probe: str, videos: Sequence[str] = (), stages: Stages = silently
) -> Prepared:
    """Predict videos of a project with one of its probes.

    Writes ``predictions/<probe>/<video>.nc`` and ``.csv``; what is there and up to date is passed
    over, a failure is told and does not stop the rest.

    Parameters
    ----------
    probe
        The probe's name.
    videos
        Names; all if empty.

    Raises
    ------
    EthoprismError
        If there is no such probe, or its encoder cannot be loaded.
    """
    files = _files(project, videos)
    path = probe_path(project, probe)
    classifier = Classifier.load(path, features_folder(project), stages=stages)

    def work(path: Path) -> _Done:
        name = files[path]

        def named(predictions: xr.Dataset) -> xr.Dataset:
            return _in_terms_of(name, classifier.probe, predictions)

        outputs = _outputs(project, probe, name)
        classified = classifier.classify(path, outputs, stages, named)
        return name, classified.computed, classified.notices

    return _prepared(files, work)


def _outputs(project: Project, probe: str, video: str) -> Outputs:
    """Say where the predictions of a video and their bouts go; there is no picture."""
    path = predictions_path(project, probe, video)
    return Outputs(video, path, path.with_name(f"{spelled(video)}.csv"), None)


_Done = tuple[str, bool, tuple[str, ...]]  # name, whether computed, notices


def _files(project: Project, videos: Sequence[str]) -> dict[Path, str]:
    names = videos or [video.name for video in project.videos]
    return {project.path_of(name): name for name in names}


def _prepared(files: dict[Path, str], work) -> Prepared:  # type: ignore[no-untyped-def]
    batch = run_batch(files, work, lambda failure: None)
    return Prepared(
        tuple(name for name, _, _ in batch.results),
        tuple(name for name, computed, _ in batch.results if computed),
        {files[failure.path]: failure.reason for failure in batch.failures},
        tuple(f"{name}: {told}" for name, _, notices in batch.results for told in notices),
    )


def _in_terms_of(video: str, probe: Probe, predictions: xr.Dataset) -> xr.Dataset:
    """Call the video, and a single animal that the coder had a name for, as the project does."""
    subjects = probe.training.get("subjects", [])
    if probe.per_individual and predictions.sizes["individual"] == len(subjects) == 1:
        predictions = predictions.assign_coords(individual=np.array(subjects, dtype=str))
    return predictions.assign_attrs(video=video)
