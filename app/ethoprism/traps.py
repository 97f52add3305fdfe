"""Camera traps: independent events, activity by hour, trapping rates, time budgets, blanks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ethoprism.measuring import write_table
from ethoprism.report.figures import save_figure
from ethoprism.report.trap_figures import activity_figure, budget_figure, rates_figure
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.base import Finding
from ethoprism_domains.ecology import (
    ActivitySettings,
    CameraTraps,
    Detections,
    Independence,
    activity,
    effort,
    empty_or_not,
    independent_events,
    read_camera_traps,
    records_of,
    time_budgets,
    trapping_rates,
)
from ethoprism_domains.ecology.activity_hours import place_events
from ethoprism_domains.evaluation.frame_metrics import average_precision

_ASSESSED = ("animal", "blank", "human", "vehicle")


@dataclass(frozen=True, eq=False)
class TrapReport:
    """What camera traps tell of the animals.

    Parameters
    ----------
    events
        Independent events, as `independent_events` gives them, with their `hour`.
    activity
        As `activity` gives it; None if no species has events enough.
    rates, budgets, effort
        As `trapping_rates`, `time_budgets` and `effort` give them.
    clock
        What the hours of the day are.
    findings
        What was odd about the data.
    """

    events: pd.DataFrame
    activity: xr.Dataset | None
    rates: pd.DataFrame
    budgets: pd.DataFrame
    effort: pd.DataFrame
    clock: str
    findings: tuple[Finding, ...]

    @property
    def species(self) -> pd.DataFrame:
        """A row a species: its events, records, and activity level with its interval."""
        table = self.events.groupby("species", as_index=False).agg(
            events=("event", "size"), records=("records", "sum")
        )
        for name in ("level", "level_low", "level_high"):
            known = {} if self.activity is None else self.activity[name].to_series().to_dict()
            table[name] = table["species"].map(known).astype("float64")
        return table

    def write(self, out: Path) -> list[Path]:
        """Write tables, the activity as netCDF, and figures; return the paths."""
        tables = {
            "events.csv": self.events,
            "species.csv": self.species,
            "rates.csv": self.rates,
            "budgets.csv": self.budgets,
            "effort.csv": self.effort,
        }
        figures = {"rates.png": rates_figure(self.rates)}
        if self.budgets["share"].notna().any():
            figures["budgets.png"] = budget_figure(self.budgets)
        written = []
        if self.activity is not None:
            tables["activity.csv"] = activity_table(self.activity)
            figures["activity.png"] = activity_figure(self.activity, self.events)
            written.append(out / "activity.nc")
            with atomic_path(written[0]) as temporary:
                self.activity.to_netcdf(temporary, engine="h5netcdf")
        for name, table in tables.items():
            write_table(table, out / name)
        for name, figure in figures.items():
            save_figure(figure, out / name)
        return [*written, *(out / name for name in (*tables, *figures))]


def report_traps(
    path: str | Path | CameraTraps,
    choice: Independence | None = None,
    settings: ActivitySettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TrapReport:
    """Group what cameras saw into independent events, and say when and how often animals came.

    Parameters
    ----------
    path
        A package of Camtrap DP, a folder of sites, or what `read_camera_traps` read.
    choice
        What makes records independent.
    settings
        Of the activity by hour.
    progress
        Called with the species that are done, and all.

    Raises
    ------
    EthoprismError
        If they cannot be read, or no animal was seen at a known time.
    """
    traps = path if isinstance(path, CameraTraps) else read_camera_traps(path)
    settings = settings or ActivitySettings()
    records = records_of(traps)
    if records.empty:
        remedy = "see what ethoprism dataset check says"
        raise EthoprismError("no animal was seen at a known time", traps.name, remedy)
    events = independent_events(records, choice)
    found = None
    if (events["species"].value_counts() >= settings.fewest).any():
        found = activity(events, traps, settings, progress)
    efforts = effort(traps)
    return TrapReport(
        _with_hours(events, traps, settings.clock),
        found,
        trapping_rates(events, efforts, settings.replicates, settings.seed),
        time_budgets(traps),
        efforts,
        settings.clock,
        traps.findings,
    )


def activity_table(found: xr.Dataset) -> pd.DataFrame:
    """Give activity as a table: `species, hour, density, low, high`."""
    names = ["density", "low", "high"]
    return found[names].to_dataframe()[names].reset_index()


@dataclass(frozen=True, eq=False)
class BlankScores:
    """How well a detector tells clips with an animal from blank ones.

    Parameters
    ----------
    clips
        A row a clip: `file`, `confidence`, `animal` (what the detector says), `others`, and `truth`
        (present 1, absent 0, not known -1).
    average_precision, chance
        Of "an animal is there", over the clips whose truth is known; NaN if it is never there or
        always. The chance level is the share of clips with one.
    missed, false_alarms
        Share of the clips with an animal that are called empty, and of the empty ones that are not.
    """

    clips: pd.DataFrame
    average_precision: float
    chance: float
    missed: float
    false_alarms: float


def score_blanks(
    detections: Detections, traps: CameraTraps | None = None, threshold: float | None = None
) -> BlankScores:
    """Tell empty clips by a detector, and score that against what people saw.

    Parameters
    ----------
    traps
        What people saw; without them only the clips are told.
    threshold
        The least confidence of an animal; what the detector's file recommends if not given.
    """
    clips = empty_or_not(detections, threshold)
    truth = {} if traps is None else _truth(traps, detections)
    clips["truth"] = [truth.get(file, -1) for file in clips["file"]]
    known = clips[clips["truth"] >= 0]
    there, said = known["truth"].to_numpy() == 1, known["animal"].to_numpy(bool)
    return BlankScores(
        clips,
        average_precision(
            known["truth"].to_numpy(np.int8), known["confidence"].to_numpy(np.float64)
        ),
        float(there.mean()) if len(there) else float("nan"),
        float((~said[there]).mean()) if there.any() else float("nan"),
        float(said[~there].mean()) if (~there).any() else float("nan"),
    )


def _truth(traps: CameraTraps, detections: Detections) -> dict[str, int]:
    """Say of each of the detector's files whether people saw an animal in it."""
    table = traps.observations
    seen = table[(table["mediaID"] != "") & table["observationType"].isin(_ASSESSED)]
    paths = traps.media.set_index("mediaID")["filePath"]
    truth: dict[str, int] = {}
    for medium, kinds in seen.groupby("mediaID")["observationType"]:
        file = detections.find(str(paths.get(medium, medium)))
        if file is not None:
            truth[file] = int((kinds == "animal").any())
    return truth


def _with_hours(events: pd.DataFrame, traps: CameraTraps, clock: str) -> pd.DataFrame:
    return events.assign(hour=place_events(events, traps, clock)["hour"])


def tell_findings(findings: Iterable[Finding]) -> list[str]:
    """Say what is wrong with the data, a line each."""
    return [f"{item.where}: {item.what} ({item.count})" for item in findings if item.wrong]
