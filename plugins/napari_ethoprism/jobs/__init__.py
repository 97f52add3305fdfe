"""Work that must not block the window."""

from napari_ethoprism.jobs.thread_job import Progress, ThreadJob

__all__ = ["Progress", "ThreadJob"]
