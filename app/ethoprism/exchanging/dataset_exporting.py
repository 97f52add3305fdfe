"""Write the labels of a data set in the formats that its field exchanges."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ethoprism.exchanging.exporting import Exported
from ethoprism.exchanging.time_budgets import TIME_BUDGET, write_time_budget
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.store import spelled
from ethoprism_domains.base import Dataset, times_of_video
from ethoprism_domains.formats import Format, LossReport, find_format, write_events
from ethoprism_domains.formats.losses import merge_reports


def export_dataset(
    dataset: Dataset, out: str | Path, formats: Sequence[str] = ()
) -> dict[str, Exported]:
    """Write the labels of all recordings; each file appears whole or not at all.

    Parameters
    ----------
    out
        The folder. A format of one video a file gets a file for each recording, in a folder of the
        format's name; the others one file. ``time-budget``, and what the data set has an exporter
        for, get a folder.
    formats
        Their names; those of the data set's habits if not given.

    Returns
    -------
    By format, its files, and what they could not carry.

    Raises
    ------
    EthoprismError
        If nothing is labelled, a file is there already, or one cannot be written.
    """
    wanted = list(formats or dataset.habits.exports)
    exporters: dict[str, Callable[[Path], LossReport]] = {
        TIME_BUDGET: partial(write_time_budget, dataset),
        **dataset.exporters,
    }
    own = {name: Path(out) / name for name in wanted if name in exporters}
    chosen = [find_format(name) for name in wanted if name not in own]
    labelled = [item.name for item in dataset.recordings if item.labelled]
    if not labelled:
        raise EthoprismError("no recording is labelled", dataset.name, "there is nothing to write")
    targets = {item.name: dict(_targets(item, dataset, labelled, Path(out))) for item in chosen}
    for path in (*own.values(), *(path for paths in targets.values() for path in paths)):
        if path.exists():
            raise EthoprismError("it exists already", path, "choose another folder")
    packages = {name: Exported((path,), exporters[name](path)) for name, path in own.items()}
    return packages | {name: _write(name, paths, dataset) for name, paths in targets.items()}


def _targets(
    chosen: Format, dataset: Dataset, labelled: list[str], out: Path
) -> Iterator[tuple[Path, str | None]]:
    """Give the files of a format, and the only video of each; None for all."""
    suffix = chosen.extensions[0]
    if not chosen.one_video:
        yield out / f"{spelled(dataset.name)}-{chosen.name}{suffix}", None
        return
    for name in labelled:
        yield out / chosen.name / f"{spelled(name)}{suffix}", name


def _write(name: str, paths: dict[Path, str | None], dataset: Dataset) -> Exported:
    annotations = dataset.annotations
    videos = {item.name: item.video for item in dataset.recordings}

    def times(video: str) -> np.ndarray | None:
        return times_of_video(videos[video])

    losses = [
        write_events(path, annotations, name, video=video, frame_times=times, video_path=videos.get)
        for path, video in paths.items()
    ]
    return Exported(tuple(paths), merge_reports(losses))
