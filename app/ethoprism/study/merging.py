"""Label files of a study brought together: what their videos are called."""

from collections.abc import Mapping

from ethoprism_domains.annotation import Annotations
from ethoprism_domains.annotation.merging import merge_ethograms

__all__ = ["merge_ethograms", "renamed"]


def renamed(annotations: Annotations, names: Mapping[str, str]) -> Annotations:
    """Call the videos of a label file by other names."""
    return Annotations(
        annotations.events.assign(video=annotations.events["video"].map(names)),
        annotations.observed.assign(video=annotations.observed["video"].map(names)),
        annotations.ethogram,
    )
