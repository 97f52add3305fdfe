"""Bring a project's annotations into label files and pictures, and label files into a project."""

from ethoprism.exchanging.exporting import (
    Exported,
    ExportRequest,
    export_annotations,
    export_targets,
    save_ethogram_picture,
)
from ethoprism.exchanging.importing import (
    Incoming,
    SeveralVideosError,
    extended,
    read_labels,
)

__all__ = [
    "ExportRequest",
    "Exported",
    "Incoming",
    "SeveralVideosError",
    "export_annotations",
    "export_targets",
    "extended",
    "read_labels",
    "save_ethogram_picture",
]
