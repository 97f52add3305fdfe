"""Train a probe: held-out answers first, for honest scores and rules, then a fit on everything."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
from sklearn.base import clone

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation.folds import Folds
from ethoprism_domains.evaluation.frame_metrics import average_precision
from ethoprism_domains.probe.base import ProbeEstimator
from ethoprism_domains.probe.crossval import HeldOut, default_folds, predict_held_out, share_of
from ethoprism_domains.probe.linear import LinearProbe
from ethoprism_domains.probe.neural import AttentionProbe, CompactProbe, NeuralProbe
from ethoprism_domains.probe.prediction import Probe
from ethoprism_domains.probe.samples import Samples

Progress = Callable[[int, int], None]

_PACKAGES = ("ethoprism", "jax", "numpy", "optax", "scikit-learn")

KINDS: Mapping[str, type[ProbeEstimator]] = {
    "compact": CompactProbe,
    "attention": AttentionProbe,
    "linear": LinearProbe,
}


@dataclass(frozen=True, eq=False)
class Trained:
    """A probe that is fitted on everything, and what cross-validation said of its like.

    Parameters
    ----------
    probe
        For `predict_video` and `save_probe`.
    held_out
        Answers for footage that was left out: what to score and show.
    notices
        What the user should know, such as a behaviour that cannot be learnt.
    """

    probe: Probe
    held_out: HeldOut
    notices: tuple[str, ...]


def make_estimator(
    samples: Samples,
    kind: str = "compact",
    settings: Mapping[str, Any] | None = None,
    exclusive: Sequence[Sequence[str]] = (),
    seed: int = 0,
) -> ProbeEstimator:
    """Make an unfitted estimator for these samples.

    Parameters
    ----------
    samples
        From `gather_samples`.
    kind
        ``compact``, ``attention`` or ``linear``.
    settings
        Parameters of the estimator that differ from its defaults.
    exclusive
        Groups of behaviours, by name, of which at most one holds at a time
        (`Ethogram.exclusive_groups`).
    seed
        Of everything random.

    Raises
    ------
    EthoprismError
        If there is no such kind, setting or behaviour.
    """
    if kind not in KINDS:
        raise EthoprismError(f"unknown probe {kind!r}", None, f"choose among {', '.join(KINDS)}")
    settings = dict(settings or {})
    known = set(KINDS[kind]._get_param_names()) - {"layout", "exclusive", "random_state"}
    if unknown := sorted(settings.keys() - known):
        raise EthoprismError(
            f"unknown settings {', '.join(unknown)}",
            f"{kind} probe",
            f"choose among {', '.join(sorted(known))}",
        )
    columns = tuple(tuple(_column(samples, name) for name in group) for group in exclusive)
    return KINDS[kind](layout=samples.layout, exclusive=columns, random_state=seed, **settings)


def train_probe(
    samples: Samples,
    name: str,
    kind: str = "compact",
    settings: Mapping[str, Any] | None = None,
    exclusive: Sequence[Sequence[str]] = (),
    folds: Folds | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Trained:
    """Cross-validate, choose how probabilities become bouts, and fit a probe on everything.

    Parameters
    ----------
    samples
        From `gather_samples`.
    name
        What the probe signs its predictions with.
    kind, settings, exclusive, seed
        See `make_estimator`.
    folds
        What to leave out in turn; `default_folds` if not given.
    progress
        Called with what is done and all there is to do; 100 is one fit.

    Returns
    -------
    The same for the same inputs, on the same machine.

    Raises
    ------
    EthoprismError
        If there is too little to learn from, or a setting is wrong.
    """
    estimator = make_estimator(samples, kind, settings, exclusive, seed)
    folds = default_folds(samples) if folds is None else folds
    fits = len(folds) + 1
    held_out = predict_held_out(samples, estimator, folds, share_of(progress, 0, fits, len(folds)))
    last = share_of(progress, len(folds), fits)
    estimator = _for_everything(estimator, held_out)
    estimator.fit(samples.X, samples.y, samples.groups, progress=last)
    probe = Probe(
        name=name,
        kind=kind,
        estimator=estimator,
        behaviors=samples.behaviors,
        per_individual=samples.per_individual,
        source=samples.source,
        processing=held_out.processing,
        training=_record(samples, held_out, seed),
        windows=samples.windows,
    )
    return Trained(probe, held_out, tuple(_notices(samples)))


def _column(samples: Samples, name: str) -> int:
    if name not in samples.behaviors:
        raise EthoprismError(
            f"unknown behaviour {name!r} in an exclusive group",
            None,
            f"choose among {', '.join(samples.behaviors)}",
        )
    return samples.behaviors.index(name)


def _for_everything(estimator: ProbeEstimator, held_out: HeldOut) -> ProbeEstimator:
    """Train as long as did best without each fold, and hold nothing out any more."""
    steps = [fitted.steps_ for fitted in held_out.estimators if isinstance(fitted, NeuralProbe)]
    if not steps:
        return clone(estimator)
    return clone(estimator).set_params(steps=max(1, int(np.median(steps))), early_stopping=False)


def _record(samples: Samples, held_out: HeldOut, seed: int) -> dict[str, Any]:
    return {
        "videos": [recording.video for recording in samples.recordings],
        "samples": len(samples),
        "left_out_in_turn": list(held_out.folds.names),
        "scores": _scores(samples, held_out),
        "random_state": seed,
        "versions": {name: version(name) for name in _PACKAGES},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _scores(samples: Samples, held_out: HeldOut) -> dict[str, dict[str, float | int | None]]:
    """Score the held-out windows, before post-processing, beside what chance gives."""
    tested = ~np.isnan(held_out.probability).any(axis=1)
    scores: dict[str, dict[str, float | int | None]] = {}
    for column, name in enumerate(samples.behaviors):
        truth = samples.y[tested, column]
        precision = average_precision(truth, held_out.probability[tested, column])
        present, known = int((truth == 1).sum()), int((truth >= 0).sum())
        scores[name] = {
            "average_precision": None if np.isnan(precision) else round(precision, 4),
            "chance": round(present / known, 4) if known else None,
            "windows_present": present,
            "windows_known": known,
        }
    return scores


def _notices(samples: Samples) -> Iterator[str]:
    unit = "windows" if samples.windows is None else "clips"
    for column, name in enumerate(samples.behaviors):
        present, absent = ((samples.y[:, column] == answer).any() for answer in (1, 0))
        if not present:
            yield f"{name} is never present in the labelled {unit}: it will never be predicted"
        elif not absent:
            yield f"{name} is never absent in the labelled {unit}: it will always be predicted"
