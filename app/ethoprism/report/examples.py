"""The bouts that a probe is surest of, as short moving pictures."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from ethoprism.report.content import Clip, Examples
from ethoprism.report.pictures import (
    bout_frames,
    cut_frames,
    filmstrip,
    individual_squares,
    still_crop,
    whole_frame,
)
from ethoprism.report.timelines import clock
from ethoprism_core.video import Crop, Video

_FRAMES = 8
_LONGEST_S = 1.2
_SIZE = 112
_MOST_OF_IT = 0.5


@dataclass(frozen=True, eq=False)
class Source:
    """One video to cut clips from.

    Parameters
    ----------
    path
        The video.
    tracks
        The file of its animals' tracks; without it clips show the whole picture.
    bouts
        The predicted bouts.
    labels
        What is true of each frame, as `frame_labels` gives it, or None where nobody looked.
    """

    path: Path
    tracks: Path | None
    bouts: pd.DataFrame
    labels: xr.Dataset | None = None


def collect_examples(
    sources: Sequence[Source], colors: Mapping[str, str], count: int = 3
) -> tuple[Examples, ...]:
    """Cut the `count` surest bouts of each behaviour out of the videos."""
    bouts = pd.concat([source.bouts.assign(source=number) for number, source in enumerate(sources)])
    surest = bouts.sort_values("confidence", ascending=False)
    chosen = {name: surest[surest["behavior"] == name].head(count) for name in colors}
    clips: dict[str, list[Clip]] = {name: [] for name in colors}
    for number, source in enumerate(sources):
        with Video(source.path) as video:
            for name, rows in chosen.items():
                own = rows[rows["source"] == number]
                clips[name] += [_clip(video, source, bout) for bout in own.to_dict("records")]
    return tuple(
        Examples(name, color, tuple(sorted(clips[name], key=lambda clip: -clip.probability)))
        for name, color in colors.items()
        if clips[name]
    )


def _clip(video: Video, source: Source, bout: Mapping[Hashable, Any]) -> Clip:
    start, stop = (
        int(bout["start_frame"]),
        max(int(bout["stop_frame"]), int(bout["start_frame"]) + 1),
    )
    longest = max(1, round(_LONGEST_S * video.fps))
    frames = bout_frames(start, stop, longest, _FRAMES)
    crops = _crops(video, source, str(bout["subject"]), frames)
    shown = (frames[-1] - frames[0]) / video.fps
    return Clip(
        image=filmstrip(cut_frames(video, frames, crops, _SIZE)),
        frames=_FRAMES,
        seconds=round(max(shown, 0.4), 2),
        when=clock(float(bout["start_s"])),
        probability=float(bout["confidence"]),
        verdict=_verdict(source.labels, bout, start, stop),
    )


def _crops(video: Video, source: Source, subject: str, frames: Sequence[int]) -> list[Crop]:
    if source.tracks is None:
        return [whole_frame(video)] * len(frames)
    crop = still_crop(individual_squares(source.tracks, subject), frames)
    return [crop] * len(frames)


def _verdict(labels: xr.Dataset | None, bout: Mapping[Hashable, Any], start: int, stop: int) -> str:
    if labels is None:
        return ""
    own = labels["labels"].sel(behavior=bout["behavior"])[start:stop]
    one = (
        own.isel(individual=0)
        if own.sizes["individual"] == 1
        else own.sel(individual=bout["subject"])
    )
    return "agrees" if float((one == 1).mean()) >= _MOST_OF_IT else "disagrees"
