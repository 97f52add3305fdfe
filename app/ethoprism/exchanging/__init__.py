"""Bring a project's annotations into label files and pictures, and label files into a project.

`picture` has what draws: it needs matplotlib, and is imported by those who draw.
"""

from ethoprism.exchanging.exporting import (
    Exported,
    ExportRequest,
    export_annotations,
    export_targets,
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
]
