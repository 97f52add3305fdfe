"""A small study: several animals, filmed in several sessions, with one table of labels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.simulated.files import write_recording, write_table
from ethoprism_domains.simulated.recording import Recording, simulate
from ethoprism_domains.simulated.settings import LIGHTINGS, MOST_ANIMALS, SceneSettings
from ethoprism_domains.simulated.streams import stream

_SESSIONS = 2  # of each animal, as far as the number of videos goes
_DAYLIGHT = tuple(name for name in LIGHTINGS if name != "night")


@dataclass(frozen=True)
class StudyVideo:
    """One video of a study.

    Parameters
    ----------
    name
        The file's name without its ending.
    animal, session
        Which animal (or group that lives together), and its how-many-th recording from 1.
    settings, seed
        What `simulate` needs.
    """

    name: str
    animal: str
    session: int
    settings: SceneSettings
    seed: int

    def simulate(self) -> Recording:
        """Simulate this video's recording."""
        return simulate(self.settings, self.seed)


def plan_study(scene: SceneSettings, videos: int = 6, seed: int = 0) -> list[StudyVideo]:
    """Plan a study: each animal is recorded in two sessions, in a light that varies.

    An animal keeps its looks and temper through its sessions, so that leaving out animals or
    sessions in an evaluation means what it means in a laboratory.

    Parameters
    ----------
    scene
        What all videos share; its identities and lighting are replaced.
    videos
        How many videos.
    seed
        Decides everything that varies.

    Raises
    ------
    EthoprismError
        If there are no videos to plan.
    """
    if videos < 1:
        raise EthoprismError(f"expected at least 1 video, got {videos}", "videos", "ask for more")
    rng = stream(seed, "study")
    planned = []
    for number in range(videos):
        group, session = number // _SESSIONS, number % _SESSIONS + 1
        identities = stream(seed, "group", group).integers(1 << 31, size=MOST_ANIMALS)
        settings = replace(
            scene,
            identities=tuple(int(identity) for identity in identities[: scene.animals]),
            lighting=_DAYLIGHT[int(rng.integers(len(_DAYLIGHT)))],
        )
        animal = f"{scene.body}-{group + 1:02d}"
        name = f"{animal}_session-{session}"
        planned.append(StudyVideo(name, animal, session, settings, int(rng.integers(1 << 31))))
    return planned


def write_study(
    folder: str | Path,
    videos: Sequence[StudyVideo],
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Simulate and write the videos of a study, and what is true of them.

    ``labels.csv`` lists the bouts (``video, subject, behavior, start_frame, stop_frame``, and of
    several animals ``modifiers`` with the target of social behaviour),
    ``videos.csv`` the videos (``video, animal, session, caption, seed``); the frame labels and
    tracks of each video are in ``truth/``.

    Parameters
    ----------
    folder
        Where to write; it is made if it does not exist.
    videos
        What to simulate, such as `plan_study` plans.
    progress
        Called with the frames done and the total over all videos.

    Returns
    -------
    list of Path
        The tables and videos that were written.

    Raises
    ------
    EthoprismError
        If the folder holds labels of something else, or a file cannot be written.
    """
    folder = Path(folder)
    labels, table = folder / "labels.csv", folder / "videos.csv"
    _refuse_other_labels(labels, table)
    total = sum(video.settings.frames for video in videos)
    bouts, rows, paths, done = [], [], [], 0
    for video in videos:
        recording = video.simulate()
        advance = None if progress is None else _after(done, total, progress)
        files = write_recording(recording, folder, video.name, folder / "truth", advance)
        bouts.append(recording.bouts.assign(video=files.video.name))
        rows.append(_row(video, recording, files.video))
        paths.append(files.video)
        done += len(recording)
    write_table(pd.DataFrame(rows), table)
    write_table(pd.concat(bouts, ignore_index=True), labels)
    return [labels, table, *paths]


def _refuse_other_labels(labels: Path, table: Path) -> None:
    if labels.exists() and not table.exists():  # ours are written in the other order
        raise EthoprismError(
            "there are labels already, and they are not a simulated study's",
            labels,
            "give another folder",
        )


def _row(video: StudyVideo, recording: Recording, path: Path) -> dict[str, object]:
    return {
        "video": path.name,
        "animal": video.animal,
        "session": video.session,
        "caption": recording.caption(),
        "seed": video.seed,
    }


def _after(
    before: int, total: int, progress: Callable[[int, int], None]
) -> Callable[[int, int], None]:
    def advance(done: int, _: int) -> None:
        progress(before + done, total)

    return advance
