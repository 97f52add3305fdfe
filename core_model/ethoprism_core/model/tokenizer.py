"""Text to token ids, as the video-text models were trained on."""

import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sentencepiece
from jaxtyping import Float, Int

from ethoprism_core.errors import EthoprismError

_TO_SPACES = str.maketrans(string.punctuation, " " * len(string.punctuation))


def canonical_text(text: str) -> str:
    """Put text into lower case without punctuation or repeated spaces, and a period at its end."""
    return " ".join(text.translate(_TO_SPACES).lower().split()) + "."


class Tokenizer:
    """Split texts into the pieces of a SentencePiece vocabulary.

    Parameters
    ----------
    vocabulary
        The vocabulary's ``.model`` file.
    length
        Pieces of a text; longer ones are cut, shorter ones padded.

    Raises
    ------
    EthoprismError
        If the vocabulary cannot be read.
    """

    def __init__(self, vocabulary: str | Path, length: int = 64) -> None:
        self._pieces = sentencepiece.SentencePieceProcessor()
        self._length = length
        try:
            self._pieces.LoadFromSerializedProto(Path(vocabulary).read_bytes())
        except (OSError, RuntimeError) as error:
            raise EthoprismError(
                "cannot read the text vocabulary", vocabulary, "delete it and fetch it again"
            ) from error

    def __call__(
        self, texts: Sequence[str]
    ) -> tuple[Int[np.ndarray, "text piece"], Float[np.ndarray, "text piece"]]:
        """Give the ids of each text's pieces, 0 where there is none, and paddings, 1 there."""
        ids = np.zeros((len(texts), self._length), np.int32)
        paddings = np.ones((len(texts), self._length), np.float32)
        for row, text in enumerate(texts):
            pieces = self._encode(text)[: self._length]
            ids[row, : len(pieces)] = pieces
            paddings[row, : len(pieces)] = 0
        return ids, paddings

    def _encode(self, text: str) -> list[int]:
        start = self._pieces.bos_id()
        pieces = self._pieces.EncodeAsIds(canonical_text(text))
        return [start, *pieces] if start >= 0 else pieces  # -1: the vocabulary has no such piece
