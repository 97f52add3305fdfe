"""The sample study: a few simulated videos as a project, coded but for the last, to try things on.

Every step is done only where it is not done yet, so that an interrupted making goes on, and another
annotator finds the same videos coded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from ethoprism.project.project import PROJECT_FILE, Project
from ethoprism_core.video import load_index
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, exclusive
from ethoprism_domains.annotation.editing import add_all
from ethoprism_domains.annotation.editing.records import events_from_table
from ethoprism_domains.formats import read_events, write_events
from ethoprism_domains.simulated import SceneSettings, StudyVideo, plan_study, write_study

_AUTHOR = "simulation"
_TRUTH = "truth.csv"
_WRITTEN = "labels.csv"  # the study's last file

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SampleSettings:
    """How large the sample study is.

    Parameters
    ----------
    videos
        How many; all but the last are coded.
    seconds, fps, size
        Length of each, its frames a second, and its height and width in pixels.
    seed
        Decides all that is random.
    """

    videos: int = 4
    seconds: float = 30.0
    fps: float = 20.0
    size: int = 256
    seed: int = 11

    def scene(self) -> SceneSettings:
        """Describe what is simulated: one mouse in a round arena."""
        side = (self.size, self.size)
        return SceneSettings(size=side, fps=self.fps, body_fraction=0.16).lasting(self.seconds)

    def planned(self) -> list[StudyVideo]:
        """Plan the videos."""
        return plan_study(self.scene(), self.videos, self.seed)


def sample_folder() -> Path:
    """Give the place of the sample study, in the user's data folder."""
    return platformdirs.user_data_path("ethoprism", False) / "sample study"


def make_sample_study(
    folder: str | Path,
    annotator: str,
    settings: SampleSettings = SampleSettings(),
    progress: Progress | None = None,
) -> Project:
    """Make the sample study, or what of it is not there yet.

    Parameters
    ----------
    folder
        The project's folder; the videos go into ``videos`` in it, the truth of all of them into
        ``truth.csv``.
    annotator
        In whose annotations the truth is put, where these are empty.
    progress
        Called with the frames done and their total.

    Raises
    ------
    EthoprismError
        If the folder cannot be written to.
    """
    folder = Path(folder)
    videos = folder / "videos"
    planned = settings.planned()
    if not (videos / _WRITTEN).is_file():
        write_study(videos, planned, progress)
    project = _project(folder, settings.scene())
    project.add_videos(videos / f"{video.name}.mp4" for video in planned)
    truth = _truth(folder, project)
    for video in project.videos[:-1]:
        _code(project, video.name, annotator, truth)
    return project


def _project(folder: Path, scene: SceneSettings) -> Project:
    if (folder / PROJECT_FILE).is_file():
        return Project.open(folder)
    behaviors = exclusive(tuple(Behavior(name) for name in scene.behaviors))
    return Project.create(folder, Ethogram(behaviors))


def _truth(folder: Path, project: Project) -> Annotations:
    """Read what is true of all videos, and keep it as a file to compare one's own coding with.

    There is one animal: it needs no name, and whoever tries things out need not choose it.
    """
    labels = read_events(
        folder / "videos" / "labels.csv", frame_times=lambda name: _times(project, name)
    )
    named = labels.events.assign(subject="", annotator=_AUTHOR).drop(columns="event_id")
    truth = Annotations(named, labels.observed, project.ethogram)
    if not (folder / _TRUTH).is_file():
        write_events(folder / _TRUTH, truth)
    return truth


def _code(project: Project, video: str, annotator: str, truth: Annotations) -> None:
    """Put the truth into somebody's annotations, unless something was done there already."""
    times = _times(project, video)
    with project.store(video, annotator, frame_times=times) as store:
        if not store.last_action and not store.read_only:
            events = events_from_table(truth.of_video(video).events)
            told = "add the truth of the simulation"
            store.do(add_all, events, told, ((0, len(times)),))


def _times(project: Project, video: str) -> np.ndarray:
    return load_index(project.path_of(video)).times
