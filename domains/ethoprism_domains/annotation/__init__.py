"""Ethograms, events and frame labels: what people and probes say about a video.

`Annotations` holds events (one tidy table, see `EVENT_COLUMNS`), the observed intervals and the
`Ethogram`; `frame_labels` and `bouts_from_labels` go from events to labels per frame and back.
"""

from ethoprism_domains.annotation.behaviors import Behavior, Modifier, Subject
from ethoprism_domains.annotation.ethogram import Ethogram, exclusive
from ethoprism_domains.annotation.events import (
    EVENT_COLUMNS,
    OBSERVED_COLUMNS,
    Annotations,
    derive_ethogram,
    empty_events,
    make_events,
    make_observed,
)
from ethoprism_domains.annotation.labels import (
    annotations_from_labels,
    bouts_from_labels,
    frame_labels,
    known_individuals,
    runs,
    with_seconds,
)
from ethoprism_domains.annotation.targets import (
    aim_at_other,
    split_by_target,
    targets_of,
    with_targets,
    written_target,
)
from ethoprism_domains.annotation.timing import frame_edges, frames_to_seconds, seconds_to_frames
from ethoprism_domains.annotation.validation import Problem, validate_events

__all__ = [
    "EVENT_COLUMNS",
    "OBSERVED_COLUMNS",
    "Annotations",
    "Behavior",
    "Ethogram",
    "Modifier",
    "Problem",
    "Subject",
    "aim_at_other",
    "annotations_from_labels",
    "bouts_from_labels",
    "derive_ethogram",
    "empty_events",
    "exclusive",
    "frame_edges",
    "frame_labels",
    "frames_to_seconds",
    "known_individuals",
    "make_events",
    "make_observed",
    "runs",
    "seconds_to_frames",
    "split_by_target",
    "targets_of",
    "validate_events",
    "with_seconds",
    "with_targets",
    "written_target",
]
