"""The vocabulary of a run's captions, kept beside the model that is trained with it."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from ethoprism.pretraining.simulated import SimulatedCorpus
from ethoprism_core.encoders.videoprism import vocabulary_beside
from ethoprism_core.files import atomic_path
from ethoprism_core.pretraining import ContrastiveConfig
from ethoprism_core.pretraining.data import (
    ClipShape,
    Corpus,
    ImageCorpus,
    VideoCorpus,
    learn_vocabulary,
    public_vocabulary,
)
from ethoprism_core.pretraining.data.vocabulary import PUBLIC_SIZE

_SIMULATED_CAPTIONS = 500
_MOST_CAPTIONS = 200_000  # of each corpus: more do not change the pieces


def find_vocabulary(
    config: ContrastiveConfig,
    corpora: Sequence[Corpus],
    shape: ClipShape,
    model: Path,
    start: Path | None = None,
) -> Path:
    """Return the vocabulary of a run: its own from before, its start's, the public one, or a new.

    A text tower understands its own pieces only, so a model that starts from another takes over
    what lies beside that. The public one is taken where it is in the cache and the text tower has
    room for it; otherwise one is learned from the captions. It lies beside the `model` file.

    Raises
    ------
    EthoprismError
        If there are no captions to learn from, or it cannot be written.
    """
    path = vocabulary_beside(model)
    if path.is_file():
        return path
    known = None if start is None else vocabulary_beside(start)
    if (known is None or not known.is_file()) and config.model.vocabulary >= PUBLIC_SIZE:
        known = public_vocabulary()
    if known is not None and known.is_file():
        with atomic_path(path) as temporary:
            shutil.copyfile(known, temporary)
    else:
        learn_vocabulary(_captions(corpora, shape), path, config.model.vocabulary)
    return path


def _captions(corpora: Sequence[Corpus], shape: ClipShape) -> Iterator[str]:
    for corpus in corpora:
        if isinstance(corpus, SimulatedCorpus):
            yield from corpus.captions(_SIMULATED_CAPTIONS, shape)
        elif isinstance(corpus, VideoCorpus | ImageCorpus):
            yield from (span.caption for span in corpus.spans[:_MOST_CAPTIONS])
