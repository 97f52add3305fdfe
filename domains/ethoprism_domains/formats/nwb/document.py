"""An NWB file that grows by the tables of a video; see the package."""

import os
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.formats.clocks import Clock
from ethoprism_domains.formats.nwb.catalogue import (
    BEHAVIOR_COLUMNS,
    SUBJECT_COLUMNS,
    behavior_rows,
    subject_rows,
)
from ethoprism_domains.formats.nwb.layout import (
    ATTRIBUTES,
    DETAILS,
    ETHOGRAM,
    JUDGED_POINTS,
    JUDGED_STATES,
    OBSERVED,
    POINTS,
    SUBJECTS,
)

if TYPE_CHECKING:
    from pynwb import NWBFile

_DECIMALS = 9  # frame times that agree with a rate to the nanosecond are written as the rate
_IN_SECONDS = "Seconds from the video's first frame"
_FRAMES = {
    "start_frame": "The first frame, counted from 0 in presentation order",
    "stop_frame": "The first frame after it; in a point, the frame itself",
}


class Document:
    """An NWB file that grows by the tables of one video; what it holds already stays as it is.

    Parameters
    ----------
    file
        Of pynwb, new or read for appending.
    video
        The video's name.
    told
        What its seconds count from.
    """

    def __init__(self, file: "NWBFile", video: str, told: str = _IN_SECONDS) -> None:
        self.file, self._video, self._told = file, video, told
        module = "Behaviour, coded by people or found by models"
        known = file.processing.get("behavior")  # which is false while it is empty
        self.behavior = (
            file.create_processing_module("behavior", module) if known is None else known
        )
        self._links: dict[str, Any] = {}

    @property
    def video(self) -> Any:
        """The series that refers to the video; None if there is none."""
        return self._links.get("source_video")

    def add_annotations(self, annotations: Annotations, clock: Clock) -> None:
        """Add behaviours and subjects, what was observed, and the events."""
        self.add_catalogue(annotations.ethogram)
        self.add_observed(annotations.observed, clock)
        self.add_events(annotations.events, clock)

    def add_video(self, source: Path | None, target: Path, clock: Clock) -> None:
        """Refer to the video's file, by its path from the NWB file's folder; once is enough."""
        from pynwb.image import ImageSeries

        if source is None or clock.count is None:
            return
        known = [item for item in self.file.acquisition.values() if _refers_to(item, source)]
        if known:
            self._links["source_video"] = known[0]
            return
        series = ImageSeries(
            name=free_name("video", self.file.acquisition),
            description="The video that was coded",
            format="external",
            external_file=[_relative(source, target)],
            starting_frame=[0],
            unit="n.a.",
            **_timing(clock),
        )
        self.file.add_acquisition(series)
        self._links["source_video"] = series

    def add_catalogue(self, ethogram: Ethogram) -> None:
        """Add the behaviours and the subjects there are."""
        from ndx_ethogram import Ethogram as EthogramTable
        from pynwb.core import DynamicTable

        if ethogram.behaviors:
            table = EthogramTable(
                name=free_name(ETHOGRAM, self.behavior.data_interfaces),
                description="The behaviours that were looked for",
                exclusive=len(ethogram) > 1 and ethogram.exclusive_groups == (ethogram.names,),
                columns=_columns(pd.DataFrame(behavior_rows(ethogram)), BEHAVIOR_COLUMNS),
            )
            self.behavior.add(table)
            self._links["ethogram"] = table
        if ethogram.subjects:
            rows = pd.DataFrame(subject_rows(ethogram))
            self.behavior.add(
                DynamicTable(
                    name=free_name(SUBJECTS, self.behavior.data_interfaces),
                    description="The individuals that are told apart",
                    columns=_columns(rows, SUBJECT_COLUMNS),
                )
            )

    def add_observed(self, observed: pd.DataFrame, clock: Clock) -> None:
        """Add the observed intervals; one that holds no frame says that there are none."""
        from pynwb.epoch import TimeIntervals

        nothing = pd.DataFrame({"start_frame": [0], "stop_frame": [0]})
        rows = observed[["start_frame", "stop_frame"]] if len(observed) else nothing
        table = TimeIntervals(
            name=free_name(OBSERVED, self.file.intervals or {}),
            description="When somebody looked: elsewhere, nothing is known of any behaviour",
            columns=self._span_columns(rows.assign(video=self._video), clock),
        )
        self.file.add_time_intervals(table)
        self._links["observation_intervals"] = table

    def add_events(self, events: pd.DataFrame, clock: Clock) -> None:
        """Add the tables of bouts, of points, and of what is not present."""
        from ndx_ethogram import EthogramBouts
        from pynwb.epoch import TimeIntervals

        present, is_point = events["judgement"] == "present", events["kind"] == "point"
        for name, said, rows in _coded_alike(events[present & ~is_point]):
            table = EthogramBouts(
                name=free_name(name, self.behavior.data_interfaces),
                description="Bouts of behaviour, a row for each",
                columns=self._event_columns(rows, clock, left_out=tuple(ATTRIBUTES)),
                **said,
                **self._links,
            )
            self.behavior.add(table)
        judged = events[~present & ~is_point]
        if len(judged):
            table = TimeIntervals(
                name=free_name(JUDGED_STATES, self.behavior.data_interfaces),
                description="Spans in which a behaviour is unsure, or said to be absent: no bouts",
                columns=self._event_columns(judged, clock),
            )
            self.behavior.add(table)
        told = "Moments at which a behaviour occurred"
        self._add_points(POINTS, told, events[present & is_point], clock)
        told = "Moments at which a behaviour is unsure, or said to be absent"
        self._add_points(JUDGED_POINTS, told, events[~present & is_point], clock)

    def _add_points(self, name: str, told: str, rows: pd.DataFrame, clock: Clock) -> None:
        from pynwb.event import EventsTable

        if len(rows):
            columns = self._event_columns(rows, clock)
            free = free_name(name, self.file.events or {})
            table = EventsTable(
                name=free, description=told, source_description="Video", columns=columns
            )
            self.file.add_events_table(table)

    def _event_columns(
        self, events: pd.DataFrame, clock: Clock, left_out: Sequence[str] = ()
    ) -> list[Any]:
        """Give the columns of events; those of which no row says anything are left out."""
        told = {"label": "The behaviour", "event_id": "What tells it from all others"}
        told |= {name: text for name, text in DETAILS.items() if name not in left_out}
        silent = [name for name in DETAILS if (events[name] == "").all()]
        if (events["judgement"] == "present").all():
            silent.append("judgement")
        told = {name: text for name, text in told.items() if name not in silent}
        if events["confidence"].notna().any():
            told["confidence"] = "How sure the model or the person is, from 0 to 1"
        rows = events.rename(columns={"behavior": "label"})
        if (events["kind"] == "point").all():
            rows, told = rows.rename(columns={"comment": "annotation"}), _renamed(told)
        return [*self._span_columns(rows, clock), *_columns(rows, told)]

    def _span_columns(self, rows: pd.DataFrame, clock: Clock) -> list[Any]:
        """Give the columns of times, of frames, and of the video's name."""
        from pynwb.core import VectorData
        from pynwb.event import TimestampVectorData

        start, stop = (clock.seconds(rows[name].to_numpy(np.int64)) for name in _FRAMES)
        rest = _columns(rows, {**_FRAMES, "video": "The video's name"})
        if "kind" in rows and (rows["kind"] == "point").all():
            told = TimestampVectorData(name="timestamp", description=self._told, data=start)
            return [told, *rest]
        times = (("start_time", start), ("stop_time", stop))
        named = [VectorData(name=name, description=self._told, data=data) for name, data in times]
        return [*named, *rest]


def free_name(name: str, taken: Container[str]) -> str:
    """Give a name that nothing else has: the name itself, or numbered."""
    numbered = (f"{name}_{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def _refers_to(series: Any, source: Path) -> bool:
    """Say whether a series is of this video; the folders of both may have moved."""
    files = getattr(series, "external_file", None)
    names = [PureWindowsPath(str(each)).name for each in ([] if files is None else files)]
    return source.name in names


def _relative(source: Path, target: Path) -> str:
    try:
        found = os.path.relpath(source.resolve(), target.resolve().parent)
    except ValueError:  # on another drive
        return source.resolve().as_posix()
    return Path(found).as_posix()


def _timing(clock: Clock) -> dict[str, Any]:
    """Give a rate where the frame times keep one, else the frame times."""
    length = clock.count or 0
    frames = np.arange(length)
    times = clock.seconds(frames)
    span = times[-1] - times[0] if length > 1 else 0.0
    rate = (length - 1) / span if span > 0 else np.nan
    for each in (round(rate, 6), rate):  # a round number, where it is as good
        if span > 0 and np.abs(times - times[0] - frames / each).max() < 10.0**-_DECIMALS:
            start = float(times[0])
            return {"rate": float(each), "starting_time": start, "num_samples": length}
    return {"timestamps": times}


def _coded_alike(events: pd.DataFrame) -> Iterator[tuple[str, dict[str, str], pd.DataFrame]]:
    """Yield the events of each method, annotator and model, with a name and what is theirs."""
    taken: dict[str, int] = {}
    for said, rows in events.groupby(list(ATTRIBUTES), sort=False):
        told = dict(zip(ATTRIBUTES.values(), map(str, said), strict=True))
        name = f"bouts_{told['labeling_method']}"
        taken[name] = taken.get(name, 0) + 1
        numbered = name if taken[name] == 1 else f"{name}_{taken[name]}"
        yield numbered, {key: text for key, text in told.items() if text}, rows


def _renamed(told: Mapping[str, str]) -> dict[str, str]:
    """Call comments what the core's table of events calls them."""
    return {"annotation" if name == "comment" else name: text for name, text in told.items()}


def _columns(rows: pd.DataFrame, told: Mapping[str, str]) -> list[Any]:
    from pynwb.core import VectorData

    return [
        VectorData(name=name, description=text, data=rows[name].to_numpy().tolist())
        for name, text in told.items()
    ]
