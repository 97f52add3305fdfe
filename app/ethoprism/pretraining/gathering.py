"""What a run learns from: the user's videos, manifests, and the simulated lab."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ethoprism.embedding import Stages, followed_tracks, silently
from ethoprism.pretraining.recipe import Recipe
from ethoprism.pretraining.simulated import SimulatedCorpus
from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.data import (
    Corpus,
    VideoCorpus,
    natural_weights,
    read_manifest,
    video_spans,
)
from ethoprism_core.video import Video, find_videos

VIDEOS = "videos"


@dataclass(frozen=True)
class Material:
    """What the user names to learn from.

    Parameters
    ----------
    videos
        Video files, and folders to be searched for them.
    manifests
        CSV or Parquet files; see `read_manifest`.
    simulated
        Whether the simulated lab is learned from as well.
    follow
        Animals that are followed in each of `videos`, for crops that follow them; 0 for none.
    workers
        Processes that read; by default one less than there are processors.
    """

    videos: Sequence[Path] = ()
    manifests: Sequence[Path] = ()
    simulated: bool = False
    follow: int = 1
    workers: int | None = None

    @property
    def processes(self) -> int:
        """How many processes read."""
        return max(1, (os.cpu_count() or 1) - 1) if self.workers is None else self.workers


@dataclass(frozen=True)
class Gathered:
    """The corpora of a run.

    Parameters
    ----------
    corpora
        What batches are drawn from, in turn.
    weights
        How often each comes.
    left_out
        One line for each file or row that cannot be used.
    """

    corpora: tuple[Corpus, ...]
    weights: tuple[float, ...]
    left_out: tuple[str, ...]


def gather(
    material: Material, recipe: Recipe, tracks_folder: Path, stages: Stages = silently
) -> Gathered:
    """Find, index and follow what the user names.

    Parameters
    ----------
    material
        What is named.
    recipe
        What is trained.
    tracks_folder
        Where the tracks of followed animals are kept.
    stages
        Shows progress.

    Raises
    ------
    EthoprismError
        If there is nothing, a path or manifest cannot be read, or a weight names no corpus.
    """
    corpora: list[Corpus] = []
    left_out: list[str] = []
    if material.videos:
        corpus, unreadable = _videos(material, recipe, tracks_folder, stages)
        corpora += [corpus] if corpus.count else []
        left_out += unreadable
    for path in material.manifests:
        manifest = read_manifest(path, recipe.views)
        corpora += manifest.corpora
        left_out += manifest.problems
    if material.simulated:
        corpora.append(SimulatedCorpus(recipe.config.run.seed, recipe.views))
    if not corpora:
        raise EthoprismError(
            "there is nothing to train on",
            left_out[0] if left_out else None,
            "name videos, --manifest FILE or --simulated",
        )
    return Gathered(tuple(corpora), _weights(corpora, recipe), tuple(left_out))


def _videos(
    material: Material, recipe: Recipe, tracks_folder: Path, stages: Stages
) -> tuple[VideoCorpus, list[str]]:
    paths = find_videos(material.videos)
    with stages("reading videos", "videos") as progress:
        spans, unreadable = video_spans(paths, recipe.config.frames, progress=progress)
    left_out = list(unreadable.values())
    tracks: dict[Path, Path] = {}
    if material.follow and recipe.views.follow:
        for path in dict.fromkeys(span.path for span in spans):
            try:
                tracks[path] = _follow(path, material.follow, tracks_folder, stages)
            except EthoprismError as error:
                left_out.append(f"not followed: {error}")
    followed = tuple(replace(span, tracks=tracks.get(span.path)) for span in spans)
    return VideoCorpus(VIDEOS, followed, recipe.views), left_out


def _follow(path: Path, count: int, folder: Path, stages: Stages) -> Path:
    with Video(path) as video:
        tracks = folder / f"{path.stem}-{video.index.fingerprint[:8]}.tracks.nc"
        followed_tracks(video, count, tracks, stages)
    return tracks


def _weights(corpora: Sequence[Corpus], recipe: Recipe) -> tuple[float, ...]:
    names = [corpus.name for corpus in corpora]
    unknown = sorted(set(recipe.weights) - set(names))
    if unknown:
        raise EthoprismError(
            "a weight is of a corpus that is not there",
            ", ".join(unknown),
            f"name one of {', '.join(names)}",
        )
    natural = zip(names, natural_weights(corpora), strict=True)
    return tuple(recipe.weights.get(name, weight) for name, weight in natural)
