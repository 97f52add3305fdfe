"""Observations of Camtrap DP 1.0, the exchange format of camera trap data.

Of ``observations.csv``, rows that name a medium and a behaviour are read; when they were in it, the
table ``media.csv`` beside it tells. A picture is a recording of one frame. The format's times are
whole seconds, so what we write has the frames, and whatever else has no column, among its
`observationTags`. A recording that no media table knows starts at 1970-01-01T00:00:00Z and is
tagged ``clock:unknown``. Behaviours that are absent or unsure stand in the tags alone, for others
would count them as seen. Intervals that were observed are rows of the type ``unclassified``.
Layout: https://camtrap-dp.tdwg.org.
"""

from pathlib import Path

from ethoprism_domains.formats.base import Format
from ethoprism_domains.formats.camtrap_dp.read import KEYS, read
from ethoprism_domains.formats.camtrap_dp.write import carried, write
from ethoprism_domains.formats.tables import header_keys


def sniff(path: Path, head: bytes) -> bool:
    """Recognise the observations table by its header."""
    return set(header_keys(head)) >= set(KEYS)


CAMTRAP_DP = Format(
    name="camtrap-dp",
    description="observations.csv of Camtrap DP 1.0",
    extensions=(".csv",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="everything that an event holds, and the observed intervals (in tags)",
    loses="the ethogram, but for the names and kinds of what occurs",
    forbidden="|",
)

__all__ = ["CAMTRAP_DP"]
