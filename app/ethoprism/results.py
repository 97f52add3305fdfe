"""The results of classifying one video: predictions, bouts, a picture, and how they are named."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xarray as xr

from ethoprism.predictions import load_predictions
from ethoprism.report.figures import ethogram_figure, save_figure
from ethoprism.report.summary import summarize
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations, Ethogram, frame_edges, make_observed
from ethoprism_domains.formats import write_events
from ethoprism_domains.probe import predicted_bouts

_KEY = "key"


@dataclass(frozen=True)
class Outputs:
    """Where the results of one video are.

    Parameters
    ----------
    video
        What the video is called in them: its path below the folder that was named.
    predictions
        Probabilities and labels of every frame, netCDF.
    bouts
        The bouts, one row each, CSV.
    picture
        The ethogram, PNG; None for no picture.
    """

    video: str
    predictions: Path
    bouts: Path
    picture: Path | None

    def are_of(self, key: str) -> bool:
        """Say whether all are there, and were made of exactly what `key` stands for."""
        files = (self.predictions, self.bouts, self.picture)
        if not all(path.is_file() for path in files if path is not None):
            return False
        try:
            with xr.open_dataset(self.predictions, engine="h5netcdf") as stored:
                return bool(stored.attrs.get(_KEY) == key)
        except (OSError, ValueError):
            return False  # damaged from outside: made again


def plan_outputs(paths: Sequence[Path], named: Sequence[Path], out: Path) -> dict[Path, Outputs]:
    """Say where the results of each video go: folders keep their structure below `out`.

    ``day 1/a.mp4`` gives ``day 1/a.nc`` and so on. Videos that differ only in their endings keep
    them.
    """
    folders = [path for path in named if path.is_dir()]
    below = {path: _below(path, folders) for path in paths}
    stems = Counter(_folded(name.with_suffix("")) for name in below.values())
    outputs = {}
    for path, name in below.items():
        alone = stems[_folded(name.with_suffix(""))] == 1
        base = (out / (name.with_suffix("") if alone else name)).as_posix()
        files = (Path(f"{base}{ending}") for ending in (".nc", ".bouts.csv", ".png"))
        outputs[path] = Outputs(name.as_posix(), *files)
    return outputs


def write_results(
    predictions: xr.Dataset, ethogram: Ethogram, key: str, outputs: Outputs
) -> pd.DataFrame:
    """Write all outputs of a video and return its summary.

    Each file appears whole or not at all. The predictions come last and carry `key`, so that they
    vouch for the others.
    """
    events = predicted_bouts(predictions, ethogram)
    video = str(predictions.attrs["video"])
    whole = [{"video": video, "start_frame": 0, "stop_frame": predictions.sizes["time"]}]
    write_events(outputs.bouts, Annotations(events, make_observed(whole), ethogram))
    seconds = duration(predictions)
    if outputs.picture is not None:
        names = predictions["behavior"].values.tolist()
        colors = {name: ethogram[name].color for name in names}
        save_figure(ethogram_figure(events, colors, seconds, outputs.video), outputs.picture)
    with atomic_path(outputs.predictions) as temporary:
        predictions.assign_attrs({_KEY: key}).to_netcdf(
            temporary, engine="h5netcdf", encoding=_compressed(predictions)
        )
    return _summary(predictions, events, outputs.video, seconds)


def read_summary(outputs: Outputs, ethogram: Ethogram) -> pd.DataFrame:
    """Return the summary of a video whose outputs are there."""
    predictions = load_predictions(outputs.predictions)
    events = predicted_bouts(predictions, ethogram)
    return _summary(predictions, events, outputs.video, duration(predictions))


def write_summary(tables: Sequence[pd.DataFrame], out: Path) -> pd.DataFrame:
    """Write ``summary.csv`` of all videos into the folder `out`, and return it as a table."""
    table = pd.concat(tables, ignore_index=True)
    with atomic_path(out / "summary.csv") as temporary:
        table.round(4).to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
    return table


def duration(frames: xr.Dataset) -> float:
    """Return how long a video lasts in seconds, its last frame included."""
    times = frames["time"].values.astype(float)
    return float(frame_edges(times)[-1] - times[0])


def _below(path: Path, folders: Sequence[Path]) -> Path:
    for folder in folders:
        if path.is_relative_to(folder):
            return path.relative_to(folder)
    return Path(path.name)


def _folded(path: Path) -> str:
    return path.as_posix().casefold()  # some file systems do not tell cases apart


def _summary(
    predictions: xr.Dataset, events: pd.DataFrame, video: str, seconds: float
) -> pd.DataFrame:
    subjects = [str(name) for name in predictions["individual"].values]
    behaviors = [str(name) for name in predictions["behavior"].values]
    return summarize(events, video, seconds, subjects, behaviors)


def _compressed(predictions: xr.Dataset) -> Mapping[str, Mapping[str, object]]:
    return {str(name): {"zlib": True, "complevel": 4} for name in predictions.data_vars}
