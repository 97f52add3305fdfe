"""A data set whose behaviours are told apart by whom they are directed at."""

from dataclasses import replace

import pandas as pd

from ethoprism_domains.annotation import Annotations, split_by_target
from ethoprism_domains.base import Dataset


def by_target(dataset: Dataset) -> Dataset:
    """Make a behaviour of its own of what is directed at each individual, as `split_by_target`.

    Probes, scores and exports then tell ``chasing @mouse-2`` from ``chasing @mouse-3``.
    """
    ethogram = split_by_target(_all_said(dataset)).ethogram

    def split(own: Annotations) -> Annotations:
        said = split_by_target(Annotations(own.events, own.observed, dataset.ethogram))
        return Annotations(said.events, said.observed, ethogram)

    recordings = tuple(
        replace(
            item,
            annotations=split(item.annotations),
            coders={name: split(own) for name, own in item.coders.items()},
        )
        for item in dataset.recordings
    )
    return replace(dataset, recordings=recordings, ethogram=ethogram)


def _all_said(dataset: Dataset) -> Annotations:
    """Bring together what everybody says, as if of one coder."""
    recordings = dataset.recordings
    said = [own for item in recordings for own in (item.annotations, *item.coders.values())]
    events = pd.concat([own.events for own in said], ignore_index=True)
    events = events.assign(event_id=[str(number) for number in range(len(events))])
    return Annotations(events, dataset.annotations.observed, dataset.ethogram)
