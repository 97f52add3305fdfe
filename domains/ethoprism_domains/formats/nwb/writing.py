"""Write an NWB file; see the package."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import h5py
import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.formats.base import WriteOptions
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
    UNKNOWN_START,
)

if TYPE_CHECKING:
    from pynwb import NWBFile

_DECIMALS = 9  # frame times that agree with a rate to the nanosecond are written as the rate
_IN_SECONDS = "Seconds from the video's first frame"
_FRAMES = {
    "start_frame": "The first frame, counted from 0 in presentation order",
    "stop_frame": "The first frame after it; in a point, the frame itself",
}


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the tables of one video."""
    try:
        import ndx_ethogram  # noqa: F401  (registers the types)
        from pynwb import NWBHDF5IO
    except ImportError as error:
        remedy = 'pip install "ethoprism[nwb]"'
        raise EthoprismError("writing NWB needs pynwb and ndx-ethogram", path, remedy) from error
    video = annotations.videos[0]
    clock = options.clock(annotations, video)
    document = _Document(video, annotations)
    document.add_video(options.path_of(video), path, clock)
    document.add_catalogue(annotations.ethogram)
    document.add_observed(annotations.observed, clock)
    document.add_events(annotations.events, clock)
    # pynwb warns of names that do not end in .nwb, as that of a temporary file: it gets it open
    with (
        atomic_path(path) as temporary,
        h5py.File(temporary, "w") as opened,
        NWBHDF5IO(file=opened, mode="w") as file,
    ):
        file.write(document.file)


class _Document:
    """An NWB file that grows by tables."""

    def __init__(self, video: str, annotations: Annotations) -> None:
        self.file = _empty_file(video, annotations)
        self._video = video
        told = "Behaviour, coded by people or found by models"
        self._behavior = self.file.create_processing_module("behavior", told)
        self._links: dict[str, Any] = {}

    def add_video(self, source: Path | None, target: Path, clock: Clock) -> None:
        """Refer to the video's file, by its path from the NWB file's folder."""
        from pynwb.image import ImageSeries

        if source is None or clock.count is None:
            return
        series = ImageSeries(
            name="video",
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
                name=ETHOGRAM,
                description="The behaviours that were looked for",
                exclusive=len(ethogram) > 1 and ethogram.exclusive_groups == (ethogram.names,),
                columns=_columns(pd.DataFrame(behavior_rows(ethogram)), BEHAVIOR_COLUMNS),
            )
            self._behavior.add(table)
            self._links["ethogram"] = table
        if ethogram.subjects:
            rows = pd.DataFrame(subject_rows(ethogram))
            self._behavior.add(
                DynamicTable(
                    name=SUBJECTS,
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
            name=OBSERVED,
            description="When somebody looked: elsewhere, nothing is known of any behaviour",
            columns=_span_columns(rows.assign(video=self._video), clock),
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
                name=name,
                description="Bouts of behaviour, a row for each",
                columns=_event_columns(rows, clock, left_out=tuple(ATTRIBUTES)),
                **said,
                **self._links,
            )
            self._behavior.add(table)
        judged = events[~present & ~is_point]
        if len(judged):
            table = TimeIntervals(
                name=JUDGED_STATES,
                description="Spans in which a behaviour is unsure, or said to be absent: no bouts",
                columns=_event_columns(judged, clock),
            )
            self._behavior.add(table)
        told = "Moments at which a behaviour occurred"
        self._add_points(POINTS, told, events[present & is_point], clock)
        told = "Moments at which a behaviour is unsure, or said to be absent"
        self._add_points(JUDGED_POINTS, told, events[~present & is_point], clock)

    def _add_points(self, name: str, told: str, rows: pd.DataFrame, clock: Clock) -> None:
        from pynwb.event import EventsTable

        if len(rows):
            columns = _event_columns(rows, clock)
            table = EventsTable(
                name=name, description=told, source_description="Video", columns=columns
            )
            self.file.add_events_table(table)


def _empty_file(video: str, annotations: Annotations) -> "NWBFile":
    """Make a file without tables; what is not known of the session and the subject is said so."""
    from pynwb import NWBFile
    from pynwb.file import Subject

    told = f"Behaviour in the video {video}. Times count from its first frame; "
    file = NWBFile(
        session_description=told + "the date is a placeholder, for when it began is not known",
        identifier=str(uuid4()),
        session_start_time=UNKNOWN_START,
        experiment_description="Behaviour coded from video",
        keywords=["behavior", "ethogram", "video"],
    )
    names = [name for name in annotations.events["subject"].unique() if name]
    file.subject = Subject(
        subject_id=", ".join(names).replace("/", "_") or "unknown",
        description="Whose behaviour was coded; age, sex and species are to be filled in",
        age="P0D/",
        sex="U",
    )
    return file


def _relative(source: Path, target: Path) -> str:
    try:
        found = os.path.relpath(source.resolve(), target.resolve().parent)
    except ValueError:  # on another drive
        return source.resolve().as_posix()
    return Path(found).as_posix()


def _timing(clock: Clock) -> dict[str, Any]:
    """Give a rate where the frame times keep one, else the frame times."""
    count = clock.count or 0
    frames = np.arange(count)
    times = clock.seconds(frames)
    rate = (count - 1) / times[-1] if count > 1 and times[-1] > 0 else np.nan
    for each in (round(rate, 6), rate):  # a round number, where it is as good
        if count > 1 and np.abs(times - frames / each).max() < 10.0**-_DECIMALS:
            return {"rate": float(each), "starting_time": 0.0, "num_samples": count}
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


def _event_columns(events: pd.DataFrame, clock: Clock, left_out: Sequence[str] = ()) -> list[Any]:
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
    return [*_span_columns(rows, clock), *_columns(rows, told)]


def _renamed(told: Mapping[str, str]) -> dict[str, str]:
    """Call comments what the core's table of events calls them."""
    return {"annotation" if name == "comment" else name: text for name, text in told.items()}


def _span_columns(rows: pd.DataFrame, clock: Clock) -> list[Any]:
    """Give the columns of times, of frames, and of the video's name."""
    from pynwb.core import VectorData
    from pynwb.event import TimestampVectorData

    start, stop = (clock.seconds(rows[name].to_numpy(np.int64)) for name in _FRAMES)
    rest = _columns(rows, {**_FRAMES, "video": "The video's name"})
    if "kind" in rows and (rows["kind"] == "point").all():
        told = TimestampVectorData(name="timestamp", description=_IN_SECONDS, data=start)
        return [told, *rest]
    times = (("start_time", start), ("stop_time", stop))
    named = [VectorData(name=name, description=_IN_SECONDS, data=data) for name, data in times]
    return [*named, *rest]


def _columns(rows: pd.DataFrame, told: Mapping[str, str]) -> list[Any]:
    from pynwb.core import VectorData

    return [
        VectorData(name=name, description=text, data=rows[name].to_numpy().tolist())
        for name, text in told.items()
    ]
