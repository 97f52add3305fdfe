"""A simulated lab: footage with exact truth, made by rule from a seed."""

from ethoprism_domains.simulated.clips import Clip, random_caption, random_clip, random_clips
from ethoprism_domains.simulated.files import RecordingFiles, frame_table, write_recording
from ethoprism_domains.simulated.recording import Recording, simulate
from ethoprism_domains.simulated.settings import SceneSettings
from ethoprism_domains.simulated.study import StudyVideo, plan_study, write_study

__all__ = [
    "Clip",
    "Recording",
    "RecordingFiles",
    "SceneSettings",
    "StudyVideo",
    "frame_table",
    "plan_study",
    "random_caption",
    "random_clip",
    "random_clips",
    "simulate",
    "write_recording",
    "write_study",
]
