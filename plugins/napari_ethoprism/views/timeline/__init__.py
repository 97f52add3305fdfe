"""The timeline: lanes of bouts with the playhead, for seeing, choosing and editing events."""

from napari_ethoprism.views.timeline.view import TimelineView

__all__ = ["TimelineView"]
