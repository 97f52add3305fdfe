"""Find moments in videos: by words, or by an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from ethoprism.defaults import DEFAULT_ENCODER, DEFAULT_TEXT_ENCODER
from ethoprism.embedding import Embedded, Recipe, Stages, embed_file, silently
from ethoprism.measuring import write_table
from ethoprism.queries import Example, Query, Words
from ethoprism.report.contact_sheet import Moment, contact_sheet
from ethoprism.report.figures import save_figure
from ethoprism_core.encoders import Encoder, load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import EmbedSettings, open_features
from ethoprism_core.features.ranking import different_moments
from ethoprism_core.features.windows import check_positive
from ethoprism_core.video import find_videos


@dataclass(frozen=True, eq=False)
class Found:
    """The moments that were found.

    Parameters
    ----------
    title
        What was looked for.
    moments
        A row a moment, the best first: `rank, video, individual, frame` (the middle one), `time_s,
        start_frame, stop_frame, score, path`. The score is a cosine similarity, from -1 to 1.
    example
        The example that they are like, in such a row without rank and score; empty for words.
    tracks
        The file of tracks of each video whose animals were followed, by the video's path.
    """

    title: str
    moments: pd.DataFrame
    example: pd.DataFrame
    tracks: Mapping[str, Path]

    def write(self, out: str | Path) -> list[Path]:
        """Write the table ``search.csv`` and the contact sheet ``search.png`` into a folder."""
        table, sheet = Path(out) / "search.csv", Path(out) / "search.png"
        write_table(self.moments, table)
        examples = [self._shown(row, "example") for row in self.example.to_dict("records")]
        moments = [
            self._shown(row, str(row["rank"]), row["score"])
            for row in self.moments.to_dict("records")
        ]
        save_figure(contact_sheet([*examples, *moments], self.title), sheet)
        return [table, sheet]

    def _shown(self, row: Mapping, label: str, score: float | None = None) -> Moment:
        return Moment(
            path=Path(row["path"]),
            tracks=self.tracks.get(row["path"]),
            individual=row["individual"],
            frames=(row["start_frame"], row["stop_frame"]),
            time_s=row["time_s"],
            title=f"{label}  {row['video']}",
            score=score,
        )


def search(
    videos: str | Path | Sequence[str | Path],
    text: str | None = None,
    *,
    like: tuple[str | Path, int] | None = None,
    encoder: str | Encoder | None = None,
    count: int = 20,
    apart_s: float = 2.0,
    stride: int = 8,
    follow: int = 1,
    features: str | Path = "features",
) -> Found:
    """Rank moments of videos by words, or by how alike they are to an example.

    What is embedded already is not embedded again.

    Parameters
    ----------
    videos
        Video files, and folders to be searched for them.
    text
        Words such as "a mouse grooming"; the encoder must know texts.
    like
        A video and one of its frames, in place of words.
    encoder
        An encoder or the name of one; by default ``videoprism-lvt-base`` for words, and what
        `embed` uses for an example.
    count
        The most moments to find.
    apart_s
        Seconds from one moment to the next at least; windows that overlap are never both listed.
    stride
        Frames from one window to the next.
    follow
        How many animals are followed, each in a square of its own; 0 for the picture as it is.
    features
        The folder where features are kept.

    Raises
    ------
    EthoprismError
        At the first video that cannot be read, if the encoder cannot be loaded or knows no texts,
        or if the example is not in its video.
    """
    check_positive(moments=count)
    named = encoder or default_encoder(text)
    loaded = load_encoder(named) if isinstance(named, str) else named
    query = make_query(
        text, like, Recipe(loaded, EmbedSettings(stride), follow, out=Path(features))
    )
    paths = find_videos([videos] if isinstance(videos, str | Path) else videos)
    embedded = {path: embed_file(path, query.recipe) for path in paths}
    return rank(query, embedded, count, apart_s)


def default_encoder(text: str | None) -> str:
    """Return the encoder that is used where none is named."""
    return DEFAULT_ENCODER if text is None else DEFAULT_TEXT_ENCODER


def make_query(text: str | None, like: tuple[str | Path, int] | None, recipe: Recipe) -> Query:
    """Return what is looked for.

    Raises
    ------
    EthoprismError
        Unless there are either words or an example.
    """
    if text is not None and like is None:
        return Words(text, recipe)
    if like is not None and text is None:
        return Example(Path(like[0]), like[1], recipe)
    raise EthoprismError("a search needs words or an example", text, "give one of the two")


def rank(
    query: Query,
    embedded: Mapping[Path, Embedded],
    count: int,
    apart_s: float,
    stages: Stages = silently,
) -> Found:
    """Rank the moments of videos that were embedded by the query's recipe; see `search`."""
    stores = [open_features(one.features) for one in embedded.values()]
    pairs = zip(embedded, stores, strict=True)
    candidates = pd.concat([_candidates(path, store) for path, store in pairs], ignore_index=True)
    scores, source = query.score(stores, stages)
    tracks = {path: one.tracks for path, one in embedded.items()}
    example = candidates.iloc[:0]
    if source is not None:
        path, tracks[path], window = source
        example = _candidates(path, window)
    chosen = _choose(candidates, scores, example, count, apart_s)
    followed = {str(path.resolve()): found for path, found in tracks.items() if found is not None}
    return Found(query.title, chosen, example.drop(columns="span_s"), followed)


def _choose(
    candidates: pd.DataFrame,
    scores: Float[np.ndarray, " candidate"],
    example: pd.DataFrame,
    count: int,
    apart_s: float,
) -> pd.DataFrame:
    """Return the rows of the best different moments, with rank and score."""
    numbers, _ = pd.factorize(pd.concat([candidates["path"], example["path"]]))
    best = different_moments(
        scores,
        numbers[: len(candidates)],
        candidates["time_s"].to_numpy(),
        np.maximum(candidates["span_s"].to_numpy(), apart_s),
        count,
        list(zip(numbers[len(candidates) :].tolist(), example["time_s"], strict=True)),
    )
    moments = candidates.drop(columns="span_s").iloc[best].reset_index(drop=True)
    moments.insert(len(moments.columns) - 1, "score", scores[best])
    moments.insert(0, "rank", np.arange(len(moments)) + 1)
    return moments


def _candidates(path: Path, features: xr.Dataset) -> pd.DataFrame:
    """Return a row for each window and individual, in the order that they are stored in."""
    followed = "individual" in features.coords
    individuals = features["individual"].values.tolist() if followed else [""]
    times, centres = features["frame_time"].values, features["window"].values
    step, frames = int(features.attrs["frame_step"]), int(features.attrs["clip_frames"])
    first = centres - step * (frames // 2)
    start, end = (np.clip(edge, 0, len(times) - 1) for edge in (first, first + step * (frames - 1)))
    windows = pd.DataFrame(
        {
            "video": path.name,
            "individual": "",
            "frame": centres,
            "time_s": times[centres],
            "start_frame": start,
            "stop_frame": end + 1,
            "path": str(path.resolve()),
            "span_s": times[end] - times[start],
        }
    )
    table = windows.loc[windows.index.repeat(len(individuals))].reset_index(drop=True)
    return table.assign(individual=individuals * len(windows))
