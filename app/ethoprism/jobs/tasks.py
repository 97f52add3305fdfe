"""The tasks of a project's window; arguments and results are plain values.

Each imports what it needs: a job starts the sooner for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ethoprism.embedding import Stages
from ethoprism.project import Project


def estimate(stages: Stages, project: str, videos: Sequence[str]) -> dict[str, Any]:
    """Say how long preparing videos will take."""
    from ethoprism.learning.estimating import estimate_embedding

    told = estimate_embedding(Project.open(project), videos, stages=stages)
    return asdict(told) | {"sentence": told.sentence()}


def prepare(stages: Stages, project: str, videos: Sequence[str]) -> dict[str, Any]:
    """Embed videos."""
    from ethoprism.learning.project_work import embed_project

    return asdict(embed_project(Project.open(project), videos, stages=stages))


def train(stages: Stages, project: str, annotator: str, name: str, kind: str) -> dict[str, Any]:
    """Train a probe on what is coded."""
    from ethoprism.learning.project_work import train_project

    training = train_project(Project.open(project), annotator, name, kind=kind, stages=stages)
    former = training.former
    return {
        "probe": training.path.stem,
        "kind": kind,
        "scores": training.plain.to_mapping(),
        "former": None if former is None else former.to_mapping(),
        "notices": list(training.notices),
    }


def predict(stages: Stages, project: str, probe: str, videos: Sequence[str]) -> dict[str, Any]:
    """Predict videos."""
    from ethoprism.learning.project_work import predict_project

    return asdict(predict_project(Project.open(project), probe, videos, stages))


def queue(stages: Stages, project: str, probe: str, annotator: str) -> Mapping[str, Any]:
    """Choose what to review."""
    from ethoprism.learning.review_queue import review_queue

    return review_queue(Project.open(project), probe, annotator, stages=stages).to_mapping()
