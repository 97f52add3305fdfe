"""What an NWB file holds of the annotations of a video: all but characters that are no text."""

from dataclasses import replace

import pandas as pd

from ethoprism_domains.annotation import Annotations, Ethogram, empty_events, make_observed
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.nwb.layout import plain_text
from ethoprism_domains.formats.seconds import in_order, rounded, rounded_observed

_TEXTS = ("modifiers", "annotator", "model", "comment")


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep everything; times are whole floats, so that frames come back as they were."""
    parts, seen = [empty_events()], [make_observed([])]
    for video in annotations.videos:
        clock = options.clock(annotations, video)
        own = annotations.of_video(video)
        texts = {name: [plain_text(text) for text in own.events[name]] for name in _TEXTS}
        parts.append(rounded(own.events.assign(**texts), clock))
        seen.append(rounded_observed(own.observed, clock))
    events = in_order(pd.concat(parts))
    return Annotations(events, make_observed(pd.concat(seen)), _as_text(annotations.ethogram))


def _as_text(ethogram: Ethogram) -> Ethogram:
    behaviors = tuple(
        replace(
            item,
            description=plain_text(item.description),
            category=plain_text(item.category),
            key=plain_text(item.key),
        )
        for item in ethogram
    )
    subjects = tuple(
        replace(item, key=plain_text(item.key), description=plain_text(item.description))
        for item in ethogram.subjects
    )
    return Ethogram(behaviors, subjects)
