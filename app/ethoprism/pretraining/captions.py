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
    config: ContrastiveConfig, corpora: Sequence[Corpus], shape: ClipShape, model: Path
) -> Path:
    """Return the vocabulary of a run: its own from before, the public one, or a new one.

    The public one is taken where it is in the cache and the text tower has room for it; otherwise
    one is learned from the captions. Either way it lies beside the `model` file.

    Raises
    ------
    EthoprismError
        If there are no captions to learn from, or it cannot be written.
    """
    path = vocabulary_beside(model)
    if path.is_file():
        return path
    public = public_vocabulary()
    if public is not None and config.model.vocabulary >= PUBLIC_SIZE:
        with atomic_path(path) as temporary:
            shutil.copyfile(public, temporary)
    else:
        learn_vocabulary(_captions(corpora, shape), path, config.model.vocabulary)
    return path


def _captions(corpora: Sequence[Corpus], shape: ClipShape) -> Iterator[str]:
    for corpus in corpora:
        if isinstance(corpus, SimulatedCorpus):
            yield from corpus.captions(_SIMULATED_CAPTIONS, shape)
        elif isinstance(corpus, VideoCorpus | ImageCorpus):
            yield from (span.caption for span in corpus.spans[:_MOST_CAPTIONS])
