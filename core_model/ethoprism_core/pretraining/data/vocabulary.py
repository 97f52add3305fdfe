"""The pieces of text that captions are split into: the public vocabulary, or one learned here."""

import io
from collections.abc import Iterable
from pathlib import Path

import sentencepiece

from ethoprism_core.encoders import hub
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_core.model.tokenizer import canonical_text

PUBLIC_SIZE = 32_000


def public_vocabulary() -> Path | None:
    """Return the public C4 vocabulary if it is in the cache; nothing is downloaded."""
    path = hub.cache_folder() / hub.VOCABULARY.name
    return path if path.is_file() else None


def learn_vocabulary(captions: Iterable[str], path: str | Path, size: int) -> None:
    """Learn a SentencePiece vocabulary from captions and write it to `path`.

    Parameters
    ----------
    captions
        Texts; the same ones give the same vocabulary.
    path
        The ``.model`` file to write.
    size
        The most pieces; fewer if the captions do not have as many.

    Raises
    ------
    EthoprismError
        If there are no words in the captions, or the file cannot be written.
    """
    texts = [text for text in map(canonical_text, captions) if text != "."]
    if not texts:
        raise EthoprismError("no captions to learn a vocabulary from", path, "give captions")
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=model,
            vocab_size=size,
            hard_vocab_limit=False,
            character_coverage=1.0,
            num_threads=1,  # more of them change the result from run to run
            minloglevel=2,
        )
    except RuntimeError as error:
        raise EthoprismError(
            f"cannot learn a vocabulary of {size} pieces ({error})", path, "choose another size"
        ) from error
    with atomic_path(path) as temporary:
        temporary.write_bytes(model.getvalue())
