"""A project: a folder of plain files that holds what a study codes, in which videos, by whom."""

from ethoprism.project.homes import Home, find_home, project_folder
from ethoprism.project.project import Project, read_ethogram
from ethoprism.project.states import VideoState, video_states
from ethoprism.project.videos import ProjectVideo

__all__ = [
    "Home",
    "Project",
    "ProjectVideo",
    "VideoState",
    "find_home",
    "project_folder",
    "read_ethogram",
    "video_states",
]
