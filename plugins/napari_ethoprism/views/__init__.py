"""Widgets that show a session and ask it for changes. None of them knows napari."""
