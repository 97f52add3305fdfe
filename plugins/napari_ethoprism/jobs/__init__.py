"""Work that must not block the window: long work in processes, short work in threads."""

from napari_ethoprism.jobs.learner import Learner, Trained
from napari_ethoprism.jobs.process_job import Job
from napari_ethoprism.jobs.thread_job import Progress, ThreadJob

__all__ = ["Job", "Learner", "Progress", "ThreadJob", "Trained"]
