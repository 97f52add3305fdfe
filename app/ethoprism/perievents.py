"""Signals around the behaviour of labelled videos, and how well one predicts the other."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ethoprism.measuring import write_table
from ethoprism.recordings import Recording
from ethoprism.report.figures import save_figure
from ethoprism.report.neuro_figures import perievent_figure
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.neuroscience import (
    DecodingSettings,
    Direction,
    MomentSettings,
    PeriEvent,
    PeriEventSettings,
    Session,
    bin_together,
    decode,
    moments,
    peri_event,
)


@dataclass(frozen=True, eq=False)
class Responses:
    """The responses around each behaviour.

    Parameters
    ----------
    found
        By behaviour.
    left_out
        Why a behaviour has none, by its name.
    """

    found: Mapping[str, PeriEvent]
    left_out: Mapping[str, str]

    def channels(self) -> pd.DataFrame:
        """Give a row for each behaviour and channel."""
        tables = []
        for behavior, item in self.found.items():
            table = item.channels()
            table.insert(0, "behavior", behavior)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def write(self, out: Path) -> list[Path]:
        """Write a netCDF, tables and a figure for each behaviour, and one table of all channels."""
        written = [out / "channels.csv"]
        write_table(self.channels(), written[0])
        for behavior, item in self.found.items():
            stem = re.sub(r"[^\w\-]+", "_", behavior)
            paths = [out / f"{stem}{ending}" for ending in (".nc", ".csv", ".events.csv", ".png")]
            with atomic_path(paths[0]) as temporary:
                item.data.to_netcdf(temporary, engine="h5netcdf")
            write_table(item.table(), paths[1])
            write_table(item.events, paths[2])
            save_figure(perievent_figure(item.data), paths[3])
            written += paths
        return written


def respond(
    recordings: Sequence[Recording],
    choice: MomentSettings | None = None,
    settings: PeriEventSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Responses:
    """Measure the response around every behaviour of some recordings, a session each.

    Raises
    ------
    EthoprismError
        If no behaviour has a moment with a whole window.
    """
    found: dict[str, PeriEvent] = {}
    left_out: dict[str, str] = {}
    for behavior in recordings[0].annotations.ethogram.names:
        sessions = [_session(item, behavior, choice) for item in recordings]
        try:
            found[behavior] = peri_event(sessions, settings, progress)
        except EthoprismError as error:
            left_out[behavior] = str(error)
    if not found:
        told = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise EthoprismError(f"no behaviour can be measured ({told})", None, "see each reason")
    return Responses(found, left_out)


def decode_recordings(
    recordings: Sequence[Recording],
    step_s: float = 0.1,
    settings: DecodingSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Score how well the signal predicts behaviour, and behaviour the signal; see `decode`.

    Behaviour is that of the whole scene, whoever did it.
    """
    binned = []
    for item in recordings:
        labels = frame_labels(item.annotations, item.video, item.frame_times, individuals=[""])
        names = labels["behavior"].to_numpy().tolist()
        values = labels["labels"].isel(individual=0).transpose("time", "behavior").to_numpy()
        binned.append(
            bin_together(item.video, item.signal, values, item.clock_times, names, step_s)
        )
    directions: tuple[Direction, ...] = ("signal to behavior", "behavior to signal")
    tables = [decode(binned, direction, settings, progress) for direction in directions]
    return pd.concat(tables, ignore_index=True)


def _session(recording: Recording, behavior: str, choice: MomentSettings | None) -> Session:
    table = moments(
        recording.annotations,
        recording.video,
        behavior,
        recording.frame_times,
        recording.clock_times,
        choice,
    )
    return Session(recording.video, recording.signal, table, recording.observed)
