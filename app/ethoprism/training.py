"""Train a probe from label files and videos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ethoprism.embedding import Stages, silently
from ethoprism.footage import Footage, embed_study
from ethoprism.options import EmbedOptions, with_options
from ethoprism.plain_scores import CARD_KEY, PlainScores, plain_scores, read_plain_scores
from ethoprism.scoring import score
from ethoprism.study import Study, read_study
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.evaluation import ScoredVideo, Scores
from ethoprism_domains.probe import Probe, Trained, save_probe, train_probe
from ethoprism_domains.probe.probe_file import probe_paths

Paths = str | Path | Sequence[str | Path]


@dataclass(frozen=True, eq=False)
class Training:
    """A probe on disk, and how well it did.

    Parameters
    ----------
    probe
        The probe, fitted on everything.
    path
        Its ``.safetensors`` file; the card lies beside.
    scores
        Of footage that was left out of training in turn.
    plain
        The same in plain words.
    former
        Those of the probe that was at `path` before, if there was one that tells them.
    notices
        What the user should know.
    """

    probe: Probe
    path: Path
    scores: Scores
    plain: PlainScores
    former: PlainScores | None
    notices: tuple[str, ...]


def train(
    labels: Paths,
    out: str | Path,
    videos: Paths = (),
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
) -> Training:
    """Train a probe and save it with its card.

    Cross-validates first, leaving out groups in turn (blocks of time where there is one group), for
    scores of unseen footage and to choose thresholds and bout rules; then fits on everything.

    Parameters
    ----------
    labels
        Label files of any format, together.
    out
        ``probes/mouse`` gives ``probes/mouse.safetensors`` and the card ``probes/mouse.json``.
    videos
        Videos, and folders of videos, that the labels name; the labels' own folders if empty.
    options
        How videos are embedded.
    kind
        ``compact``, ``attention`` or ``linear``.
    group
        What is left out as a whole: ``video``, a column of the label files, or a table ``FILE`` or
        ``FILE:COLUMN`` with a column `video`.
    behaviors
        Which to learn; all if empty.
    ethogram
        The behaviours there are; taken from the labels if not given.
    exclusive
        Whether one behaviour at most holds at a time.
    features
        The folder where features are kept.
    seed
        Of everything random.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does.

    Raises
    ------
    EthoprismError
        If labels or videos cannot be read or do not fit, or there is too little to learn from.
    """
    study = read_study(as_paths(labels), as_paths(videos), group, behaviors, ethogram, exclusive)
    return train_on(study, Path(out), options, kind, group, Path(features), seed, stages)


def train_on(
    study: Study,
    out: Path,
    options: EmbedOptions,
    kind: str,
    group: str,
    features: Path,
    seed: int,
    stages: Stages,
) -> Training:
    """Train a probe on a study and save it; `group` says what its groups are. See `train`."""
    footage = embed_study(study, options.recipe(features, stages), stages)
    return train_on_footage(footage, out, options, kind, group, seed, stages)


def train_on_footage(
    footage: Footage,
    out: Path,
    options: EmbedOptions,
    kind: str,
    group: str,
    seed: int,
    stages: Stages,
    settings: Mapping[str, Any] | None = None,
) -> Training:
    """Train a probe on embedded footage and save it; `options` say how it was embedded."""
    name = out.stem if out.suffix else out.name
    trained = fit(footage, name, kind, seed, stages, settings)
    scores = score(footage, trained.held_out.predictions)
    plain = _told(trained, footage, scores)
    former = read_plain_scores(probe_paths(out)[1])
    probe = _signed(trained, footage, options, group, plain)
    path = save_probe(probe, out)
    notices = (*footage.notices, *trained.notices)
    return Training(probe, path, scores, plain, former, notices)


def fit(
    footage: Footage,
    name: str,
    kind: str,
    seed: int,
    stages: Stages,
    settings: Mapping[str, Any] | None = None,
) -> Trained:
    """Cross-validate and fit a probe on embedded footage."""
    exclusive = footage.study.annotations.ethogram.exclusive_groups
    with stages("training", "steps") as progress:
        return train_probe(
            footage.samples(), name, kind, settings, exclusive, seed=seed, progress=progress
        )


def as_paths(paths: Paths) -> list[Path]:
    """Take one path or several."""
    return [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]


def _told(trained: Trained, footage: Footage, scores: Scores) -> PlainScores:
    rows = zip(footage.labels, trained.held_out.predictions, footage.groups, strict=True)
    scored = [ScoredVideo.compare(labels, said, group) for labels, said, group in rows]
    groups = len(set(footage.groups))
    return plain_scores(scored, scores, groups, trained.probe.training["date"])


def _signed(
    trained: Trained, footage: Footage, options: EmbedOptions, group: str, plain: PlainScores
) -> Probe:
    """Note on the card what only we know: ethogram, videos, groups and how they were embedded."""
    probe = trained.probe
    noted: dict[str, Any] = {
        "ethogram": footage.study.annotations.ethogram.to_mapping(),
        "video_fingerprints": footage.fingerprints,
        "subjects": sorted({*footage.study.annotations.events["subject"]} - {""}),
        "group_by": group,
        "groups": dict(footage.study.groups),
        CARD_KEY: plain.to_mapping(),
    }
    probe = replace(probe, training={**probe.training, **noted})
    return with_options(probe, options)
