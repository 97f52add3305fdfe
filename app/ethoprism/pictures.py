"""Recordings that are folders of pictures: made videos of, once, before they are embedded."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from ethoprism.embedding import Stages, silently
from ethoprism_core.video.packing import pack_pictures, pictures_in
from ethoprism_domains.annotation.store import spelled
from ethoprism_domains.base import Dataset, Recording

_RATE = 30.0
_FINEST = 1001  # rates of broadcasting are so many thousandths


def with_videos(dataset: Dataset, folder: Path, stages: Stages = silently) -> Dataset:
    """Give labelled recordings that are folders of pictures a video of these in `folder`.

    Pictures are not encoded anew, and a video that is newer than all of its pictures is kept. Its
    rate is ``frames_per_second`` of the recording's metadata, 30 if that is not told.

    Raises
    ------
    EthoprismError
        If a folder holds no readable JPEG, or a video cannot be written.
    """
    packed = [item for item in dataset.recordings if _is_folder(item) and item.labelled]
    if not packed:
        return dataset
    made = {}
    with stages("putting pictures together", "recordings") as progress:
        for number, item in enumerate(packed, start=1):
            made[item.name] = _video_of(item, folder)
            if progress is not None:
                progress(number, len(packed))
    recordings = tuple(
        replace(item, video=made.get(item.name, item.video)) for item in dataset.recordings
    )
    return replace(dataset, recordings=recordings)


def _is_folder(recording: Recording) -> bool:
    return recording.video is not None and recording.video.is_dir()


def _video_of(recording: Recording, folder: Path) -> Path:
    pictures = [] if recording.video is None else pictures_in(recording.video)
    path = folder / f"{spelled(recording.name)}.mkv"
    if not (path.is_file() and _newest(pictures) < path.stat().st_mtime):
        told = recording.metadata.get("frames_per_second")
        rate = told if isinstance(told, int | float) and told > 0 else _RATE
        pack_pictures(pictures, path, Fraction(rate).limit_denominator(_FINEST))
    return path


def _newest(pictures: list[Path]) -> float:
    return max((path.stat().st_mtime for path in pictures), default=0.0)
