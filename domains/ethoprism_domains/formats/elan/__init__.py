"""ELAN ``.eaf``: a tier for each subject and behaviour.

A tier is called ``behaviour@subject`` (``behaviour`` alone where nobody in particular is meant),
its participant is the subject and its annotator the coder; each annotation's value is the
behaviour. Annotations of a tier cannot overlap: what would, goes on a further tier,
``behaviour@subject 2``. The linguistic type tells states from points, and judgements: ``state``,
``point``, ``unsure state``, ``absent state``; a point is an interval of one frame. What else an
event holds stands on tiers that depend on its own, each of a type of its own:
``behaviour@subject:modifiers`` is of the type ``modifiers``. A tier ``observed`` of the type
``observed`` holds the intervals that were looked at.

In files from elsewhere, an annotation's value is its behaviour, or its tier if it has none; the
participant is the subject; every annotation that is aligned with time is a state; those on
dependent tiers are counted in the losses.
"""

from ethoprism_domains.formats.base import Format
from ethoprism_domains.formats.elan.carrying import carried
from ethoprism_domains.formats.elan.reading import read, sniff
from ethoprism_domains.formats.elan.writing import write

ELAN = Format(
    name="elan",
    description="ELAN: a tier for each subject and behaviour",
    extensions=(".eaf",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="all that an event holds, and the observed intervals, in milliseconds",
    loses="event ids, the ethogram but for the names and kinds of what occurs",
    one_video=True,
)

__all__ = ["ELAN"]
