"""What an ELAN file holds of the annotations of a video."""

import pandas as pd

from ethoprism_domains.annotation import (
    Annotations,
    derive_ethogram,
    empty_events,
    make_events,
    make_observed,
)
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.elan.tiers import xml_text
from ethoprism_domains.formats.seconds import in_order, rounded, rounded_observed

DECIMALS = 3  # milliseconds
_TEXTS = ("modifiers", "annotator", "model", "comment")


def carried(annotations: Annotations, options: WriteOptions) -> Annotations:
    """Keep all but event ids and the ethogram, in milliseconds.

    Controls and the like, that XML has no place for, are taken out of texts.
    """
    parts, seen = [empty_events()], [make_observed([])]
    for video in annotations.videos:
        clock = options.clock(annotations, video)
        own = annotations.of_video(video)
        texts = {name: [xml_text(text) for text in own.events[name]] for name in _TEXTS}
        parts.append(rounded(own.events.assign(**texts), clock, DECIMALS))
        seen.append(rounded_observed(own.observed, clock, DECIMALS))
    kept = make_events(in_order(pd.concat(parts)).drop(columns="event_id"))
    return Annotations(kept, make_observed(pd.concat(seen)), derive_ethogram(kept))
