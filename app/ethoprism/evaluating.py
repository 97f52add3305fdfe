"""Score a probe, or a way of training one, on footage that it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xarray as xr

from ethoprism.embedding import Stages, silently
from ethoprism.footage import Footage, embed_study
from ethoprism.options import EmbedOptions, options_of
from ethoprism.scoring import score, write_scores
from ethoprism.study import Study, read_study
from ethoprism.training import Paths, as_paths
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram
from ethoprism_domains.evaluation import Scores
from ethoprism_domains.probe import (
    Probe,
    load_probe,
    make_estimator,
    predict_held_out,
    predict_video,
)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was found, and what it was found on.

    Parameters
    ----------
    scores
        All scores, each with its interval and its chance level.
    footage
        The videos and their labels.
    predictions
        One dataset for each video, of an estimator that was not trained on it.
    notices
        What the user should know.
    """

    scores: Scores
    footage: Footage
    predictions: tuple[xr.Dataset, ...]
    notices: tuple[str, ...]

    def write(self, out: str | Path) -> list[Path]:
        """Write scores (JSON, CSV) and figures into the folder `out`, and return the files."""
        return write_scores(self.scores, self.footage, self.predictions, Path(out))


def evaluate(
    labels: Paths,
    videos: Paths = (),
    probe: str | Path | None = None,
    options: EmbedOptions = EmbedOptions(),  # noqa: B008
    *,
    kind: str = "compact",
    group: str = "video",
    behaviors: Sequence[str] = (),
    ethogram: Ethogram | None = None,
    exclusive: bool = False,
    features: str | Path = "features",
    seed: int = 0,
    stages: Stages = silently,
) -> Evaluation:
    """Score a probe that exists on other videos, or cross-validate a way of training one.

    Parameters
    ----------
    probe
        A probe's file. Without it, a probe is trained several times, each time without some of the
        groups (or blocks of time, if there is one group), and scored on those.
    labels, videos, options, kind, group, behaviors, ethogram, exclusive, features, seed, stages
        As for `train`; with `probe`, what its card says is used instead of `options` and `kind`.

    Raises
    ------
    EthoprismError
        If labels or videos cannot be read or do not fit.
    """
    where = as_paths(labels), as_paths(videos), group
    if probe is not None:
        loaded = load_probe(probe)
        study = _in_terms_of(loaded, read_study(*where))
        return _evaluate_probe(loaded, study, Path(features), stages)
    study = read_study(*where, behaviors, ethogram, exclusive)
    footage = embed_study(study, options.recipe(Path(features), stages), stages)
    return cross_validate(footage, kind, seed, stages)


def cross_validate(
    footage: Footage,
    kind: str,
    seed: int,
    stages: Stages = silently,
    settings: Mapping[str, Any] | None = None,
) -> Evaluation:
    """Score a kind of probe, trained in turn without one group of embedded footage."""
    samples = footage.samples()
    exclusive = footage.study.annotations.ethogram.exclusive_groups
    estimator = make_estimator(samples, kind, settings, exclusive, seed)
    with stages("cross-validating", "steps") as progress:
        held_out = predict_held_out(samples, estimator, progress=progress)
    scores = score(footage, held_out.predictions)
    return Evaluation(scores, footage, held_out.predictions, footage.notices)


def ethogram_of(probe: Probe) -> Ethogram:
    """Return the ethogram that a probe was trained with."""
    noted = probe.training.get("ethogram")
    if noted is None:
        return Ethogram(tuple(Behavior(name) for name in probe.behaviors))
    return Ethogram.from_mapping(noted, f"the card of the probe {probe.name}")


def _evaluate_probe(probe: Probe, study: Study, features: Path, stages: Stages) -> Evaluation:
    footage = embed_study(study, options_of(probe).recipe(features, stages), stages)
    predictions = tuple(predict_video(probe, store) for store in footage.features)
    notices = (*footage.notices, *_seen_before(probe, footage), *_never_labelled(probe, study))
    return Evaluation(score(footage, predictions), footage, predictions, notices)


def _in_terms_of(probe: Probe, study: Study) -> Study:
    """Keep the labels of behaviours that the probe knows; one that nobody coded was absent."""
    ethogram, events = ethogram_of(probe), study.annotations.events
    known = events[events["behavior"].isin(probe.behaviors)]
    if known.empty:
        raise EthoprismError(
            f"no label is of a behaviour that the probe knows ({', '.join(probe.behaviors)})",
            ", ".join(study.annotations.ethogram.names),
            "check the names in the labels",
        )
    return replace(study, annotations=Annotations(known, study.annotations.observed, ethogram))


def _seen_before(probe: Probe, footage: Footage) -> list[str]:
    trained_on = set(probe.training.get("video_fingerprints", {}).values())
    seen = [name for name, content in footage.fingerprints.items() if content in trained_on]
    if not seen:
        return []
    listed = ", ".join(seen[:3]) + (f" and {len(seen) - 3} more" if len(seen) > 3 else "")
    return [f"the probe was trained on {listed}: the scores are too good to be true"]


def _never_labelled(probe: Probe, study: Study) -> list[str]:
    coded = set(study.annotations.events["behavior"])
    missing = [name for name in probe.behaviors if name not in coded]
    return [f"no label is of {', '.join(missing)}: taken as absent all the time"] if missing else []
