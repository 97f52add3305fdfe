"""What is looked for in videos: words, or a moment that others should be like."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from ethoprism.embedding import Recipe, Stages, embed_file
from ethoprism_core.encoders import VideoTextEncoder
from ethoprism_core.encoders.clip_embedding import ClipEmbedding
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import Grid, open_features
from ethoprism_core.features.ranking import pooled_tokens, similarity, standardized


class Scored(NamedTuple):
    """How well each window and individual answers a query, the higher the better.

    Parameters
    ----------
    scores
        Of all windows of all stores, individuals within windows.
    example
        The moment that they are compared with, which need not be found: its video, the video's
        tracks, and a feature store of its one window.
    """

    scores: Float[np.ndarray, " candidate"]
    example: tuple[Path, Path | None, xr.Dataset] | None = None


class Words:
    """Words such as "a mouse grooming".

    They are embedded at once, so that what is missing is told before a video is read.

    Parameters
    ----------
    text
        The words.
    recipe
        How videos are embedded; its encoder must know texts.

    Raises
    ------
    EthoprismError
        If there are no words, the encoder knows no texts, or its vocabulary cannot be fetched.
    """

    def __init__(self, text: str, recipe: Recipe) -> None:
        self.title = text.strip()
        if not self.title:
            raise EthoprismError("there are no words to search for", None, "say what to look for")
        model = recipe.encoder
        if not isinstance(model, VideoTextEncoder):
            raise EthoprismError(
                "the encoder knows no texts",
                model.name,
                "use a video-text model such as videoprism-lvt-base, or --like VIDEO@FRAME",
            )
        self._embedded = model.embed_text([model.prompt.format(self.title.rstrip("."))])
        settings = replace(recipe.settings, grid=Grid(1, 1, 1))
        self.recipe = replace(recipe, encoder=ClipEmbedding(model), settings=settings)

    def score(self, stores: Sequence[xr.Dataset], stages: Stages) -> Scored:
        """Give the cosine similarity of words and clips."""
        clips = [_rows(pooled_tokens(store, spread=False)) for store in stores]
        return Scored(similarity(self._embedded, np.concatenate(clips)))


class Example:
    """A moment of a video.

    Parameters
    ----------
    path
        The video.
    frame
        A frame of it; the window whose centre is nearest is the example.
    recipe
        How videos are embedded.
    """

    def __init__(self, path: Path, frame: int, recipe: Recipe) -> None:
        self.recipe = recipe
        self.title = f"like {path.name}, frame {frame}"
        self._path, self._frame = path, frame

    def score(self, stores: Sequence[xr.Dataset], stages: Stages) -> Scored:
        """Give the cosine similarity of standardized features; of any animal of the example.

        Raises
        ------
        EthoprismError
            If the example's video cannot be embedded, or has no such frame.
        """
        embedded = embed_file(self._path, self.recipe, stages)
        source = open_features(embedded.features)
        moment = source.isel(window=[self._window(source)])
        described = [_rows(pooled_tokens(store)) for store in (moment, *stores)]
        examples, *candidates = standardized(described)
        scores = similarity(examples, np.concatenate(candidates))
        return Scored(scores, (self._path, embedded.tracks, moment))

    def _window(self, features: xr.Dataset) -> int:
        frames = features.sizes["frame"]
        if not 0 <= self._frame < frames:
            raise EthoprismError(
                f"the example has no frame {self._frame}",
                self._path,
                f"its frames are 0 to {frames - 1}",
            )
        return int(np.abs(features["window"].values - self._frame).argmin())


Query = Words | Example


def _rows(described: np.ndarray) -> np.ndarray:
    return described.reshape(-1, described.shape[-1])
