"""The small grid that a window's tokens are reduced to before they are stored."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from ethoprism_core.errors import EthoprismError

_MOST_BY_DEFAULT = 4  # 64 tokens: enough to say where and when, and a hundredth of the disk space
_FORM = re.compile(r"(\d+)x(\d+)x(\d+)(:lattice)?")


@dataclass(frozen=True)
class Grid:
    """How many token times, rows and columns are kept, and how.

    Parameters
    ----------
    time, rows, columns
        The grid's shape.
    mode
        ``"average"`` pools areas: each cell is the mean of the tokens in its share of the picture
        and the clip, those on its border by the part that lies inside. ``"lattice"`` keeps tokens
        unchanged at evenly spread positions, and the encoder's temporal half runs only there.
    """

    time: int
    rows: int
    columns: int
    mode: Literal["average", "lattice"] = "average"

    @classmethod
    def parse(cls, text: str, token_shape: tuple[int, int, int]) -> "Grid":
        """Read ``TIMExROWxCOLUMN``, ``TIMExROWxCOLUMN:lattice`` or ``full``.

        Raises
        ------
        EthoprismError
            If the text has another form, or asks for more than the encoder's `token_shape`.
        """
        if text == "full":
            return cls(*token_shape)
        match = _FORM.fullmatch(text)
        if match is None:
            raise EthoprismError(
                "not a grid", text, "write TIMExROWxCOLUMN as in 4x4x4 or 4x8x8:lattice, or full"
            )
        time, rows, columns = (int(number) for number in match.groups()[:3])
        grid = cls(time, rows, columns, "lattice" if match[4] else "average")
        grid.check(token_shape)
        return grid

    @classmethod
    def default(cls, token_shape: tuple[int, int, int]) -> "Grid":
        """Return the grid for an encoder of that `token_shape`: averages, up to 4 x 4 x 4."""
        time, rows, columns = (min(_MOST_BY_DEFAULT, count) for count in token_shape)
        return cls(time, rows, columns)

    def __str__(self) -> str:
        suffix = ":lattice" if self.mode == "lattice" else ""
        return f"{self.time}x{self.rows}x{self.columns}{suffix}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Token times, rows and columns that are kept."""
        return self.time, self.rows, self.columns

    def check(self, token_shape: tuple[int, int, int]) -> None:
        """Raise `EthoprismError` unless the grid fits into an encoder's `token_shape`."""
        pairs = zip(self.shape, token_shape, strict=True)
        if not all(1 <= kept <= there for kept, there in pairs):
            there = "x".join(str(count) for count in token_shape)
            raise EthoprismError(
                "the encoder has no such grid", self, f"use numbers from 1x1x1 to {there}"
            )

    def select(
        self, frame_features: Float[np.ndarray, "frame token_row token_column channel"]
    ) -> Float[np.ndarray, "frame row column channel"]:
        """Keep the positions that the encoder's temporal half is to be run at."""
        if self.mode == "average":
            return frame_features
        rows, columns = frame_features.shape[1:3]
        return frame_features[:, evenly(self.rows, rows)][:, :, evenly(self.columns, columns)]

    def reduce(
        self, features: Float[np.ndarray, "window time row column feature"]
    ) -> Float[np.ndarray, "window token_time token_row token_column feature"]:
        """Reduce the tokens of windows, encoded at the selected positions, to the grid."""
        if self.mode == "lattice":
            return features[:, evenly(self.time, features.shape[1])]
        for axis, count in enumerate(self.shape, start=1):
            features = _average(features, axis, count)
        return features


def evenly(kept: int, count: int) -> Int[np.ndarray, "position"]:
    """Choose `kept` of `count` positions: the middles of equal parts, repeated if there are few."""
    return ((2 * np.arange(kept) + 1) * count) // (2 * kept)


def _average(features: np.ndarray, axis: int, kept: int) -> np.ndarray:
    count = features.shape[axis]
    if kept == count:
        return features
    lead, rest = features.shape[:axis], features.shape[axis + 1 :]
    flat = features.reshape(int(np.prod(lead)), count, int(np.prod(rest)))
    pooled = np.matmul(_area_weights(kept, count).astype(features.dtype), flat)
    return pooled.reshape(*lead, kept, *rest)


def _area_weights(kept: int, count: int) -> Float[np.ndarray, "kept count"]:
    """Share of each of `count` unit cells in each of `kept` equal parts; rows sum to one."""
    edges = np.linspace(0, count, kept + 1)
    cells = np.arange(count)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.clip(overlap, 0, None) * kept / count
