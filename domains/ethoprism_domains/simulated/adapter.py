"""The adapter of simulated studies: folders that `write_study` wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    exclusive,
    make_observed,
    with_seconds,
    with_targets,
)
from ethoprism_domains.base import Dataset, Finding, Habits, Recording, Sampling, times_of_video
from ethoprism_domains.formats import read_events
from ethoprism_domains.formats.content import read_head
from ethoprism_domains.formats.tables import Table, head_has, read_table
from ethoprism_domains.simulated.settings import SOCIAL

_COLUMNS = ("video", "animal", "session", "seed")
_NO_BEHAVIOR = ("frame", "time_s", "subject", "")


class SimulatedDomain:
    """Reads a folder with ``labels.csv``, ``videos.csv``, the videos, and ``truth``."""

    name = "simulated"
    description = "a folder that ethoprism simulate wrote"
    habits = Habits(sampling=Sampling("subject"), group_by="animal")

    def recognises(self, path: Path) -> bool:
        """Recognise it by its two tables."""
        tables = [path / "videos.csv", path / "labels.csv"]
        return all(table.is_file() for table in tables) and head_has(read_head(tables[0]), _COLUMNS)

    def read(self, path: Path) -> Dataset:
        """Read the study; every video that its table names is a recording.

        Raises
        ------
        EthoprismError
            If a table is missing or cannot be read.
        """
        rows = _rows(read_table(path / "videos.csv", _COLUMNS))
        read = read_events(path / "labels.csv", observed="coded span")
        truths = {row["video"]: _Truth.of(path, row["video"]) for row in rows}
        individuals = [name for truth in truths.values() for name in truth.individuals]
        ethogram = with_targets(
            _ethogram(read.ethogram.names, list(truths.values())),
            SOCIAL,
            tuple(dict.fromkeys(individuals)),
        )
        labels = Annotations(read.events, read.observed, ethogram)
        recordings = tuple(_recording(path, row, labels, truths[row["video"]]) for row in rows)
        return Dataset(
            path.resolve().name,
            self.name,
            recordings,
            ethogram,
            self.habits,
            tuple(_strangers(path, labels.videos, [row["video"] for row in rows])),
        )


SIMULATED = SimulatedDomain()


@dataclass(frozen=True)
class _Truth:
    """What the files in ``truth`` say of a video; `frames` is None without its table."""

    frames: int | None
    individuals: tuple[str, ...]
    behaviors: tuple[str, ...]
    tracks: Path

    @classmethod
    def of(cls, folder: Path, video: str) -> "_Truth":
        stem = folder / "truth" / Path(video).stem
        tracks = stem.with_name(f"{stem.name}.tracks.nc")
        frames = stem.with_name(f"{stem.name}.frames.csv")
        if not frames.is_file():
            return cls(None, (), (), tracks)
        table = read_table(frames, ("frame", "subject"))
        behaviors = tuple(
            name
            for name, key in zip(table.names, table.keys, strict=True)
            if key not in _NO_BEHAVIOR
        )
        count = int(table.whole_numbers("frame").max(initial=-1)) + 1
        individuals = tuple(dict.fromkeys(table.text("subject")))
        return cls(count, individuals, behaviors, tracks)


def _rows(table: Table) -> list[dict[str, str]]:
    return [
        dict(zip(_COLUMNS, cells, strict=True))
        for cells in zip(*(table.text(key) for key in _COLUMNS), strict=True)
    ]


def _ethogram(named: Sequence[str], truths: Sequence[_Truth]) -> Ethogram:
    """List the behaviours of the truth, also those that never happened.

    Postures and motions exclude one another, social aims come on top.
    """
    names = dict.fromkeys([*(name for truth in truths for name in truth.behaviors), *named])
    alone = exclusive(tuple(Behavior(name) for name in names if name not in SOCIAL))
    return Ethogram((*alone, *(Behavior(name) for name in names if name in SOCIAL)))


def _recording(folder: Path, row: dict[str, str], labels: Annotations, truth: _Truth) -> Recording:
    name, video = row["video"], folder / row["video"]
    own = labels.of_video(name)
    times = times_of_video(video)
    count = truth.frames if truth.frames is not None else None if times is None else len(times)
    whole = [] if count is None else [{"video": name, "start_frame": 0, "stop_frame": count}]
    subjects = own.events["subject"].unique().tolist()
    return Recording(
        name,
        video,
        Annotations(
            own.events if times is None else with_seconds(own.events, times),
            make_observed(whole) if whole else own.observed,
            labels.ethogram,
        ),
        individuals=tuple(dict.fromkeys([*truth.individuals, *filter(None, subjects)])),
        groups={"animal": row["animal"], "session": f"{row['animal']} {row['session']}"},
        tracks=truth.tracks,
        frame_counts={} if truth.frames is None else {"labels": truth.frames},
        metadata={"seed": row["seed"]},
    )


def _strangers(folder: Path, labelled: Sequence[str], listed: Sequence[str]) -> list[Finding]:
    there = sorted(path.name for path in folder.iterdir() if path.suffix in VIDEO_SUFFIXES)
    return [
        *(
            Finding("unlisted video", name, "labels.csv names it, and videos.csv does not list it")
            for name in labelled
            if name not in listed
        ),
        *(
            Finding("unlisted video", name, "it lies here, and videos.csv does not list it")
            for name in there
            if name not in listed
        ),
    ]
