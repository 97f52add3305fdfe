"""The tasks of a project's window; arguments and results are plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ethoprism.embedding import Stages
from ethoprism.learning.estimating import estimate_embedding
from ethoprism.learning.project_work import embed_project, predict_project, train_project
from ethoprism.learning.review_queue import review_queue
from ethoprism.project import Project


def estimate(stages: Stages, project: str, videos: Sequence[str]) -> dict[str, Any]:
    """Say how long preparing videos will take."""
    told = estimate_embedding(Project.open(project), videos, stages=stages)
    return asdict(told) | {"sentence": told.sentence()}


def prepare(stages: Stages, project: str, videos: Sequence[str]) -> dict[str, Any]:
    """Embed videos."""
    return asdict(embed_project(Project.open(project), videos, stages=stages))


def train(stages: Stages, project: str, annotator: str, name: str, kind: str) -> dict[str, Any]:
    """Train a probe on what is coded."""
    training = train_project(Project.open(project), annotator, name, kind=kind, stages=stages)
    former = training.former
    return {
        "probe": Path(training.path).stem,
        "scores": training.plain.to_mapping(),
        "former": None if former is None else former.to_mapping(),
        "notices": list(training.notices),
    }


def predict(stages: Stages, project: str, probe: str, videos: Sequence[str]) -> dict[str, Any]:
    """Predict videos."""
    return asdict(predict_project(Project.open(project), probe, videos, stages))


def queue(stages: Stages, project: str, probe: str, annotator: str) -> Mapping[str, Any]:
    """Choose what to review."""
    return review_queue(Project.open(project), probe, annotator, stages=stages).to_mapping()
