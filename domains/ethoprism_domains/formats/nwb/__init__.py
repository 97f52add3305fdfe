"""NWB: bouts as ndx-ethogram's `EthogramBouts`, points as the core's `EventsTable`.

What is written, all in seconds of the video, which is the session's clock:

- ``processing/behavior/bouts_<method>``, `EthogramBouts`: the states that are present, a table for
  each labelling method, annotator and model, which are its attributes;
- ``events/points``, `EventsTable`: the points that are present;
- ``processing/behavior/judged_states`` and ``events/judged_points``: what is unsure or absent, kept
  apart so that nobody takes it for a bout;
- ``intervals/observed``, `TimeIntervals`: what somebody looked at, linked to by the bouts;
- ``processing/behavior/ethogram``, `Ethogram`, and ``subjects``;
- ``acquisition/video``, `ImageSeries`: the video as an external file, where its path is known.

Every row also has its frames, its event id and its video's name. Seconds are the truth: frames are
found anew from them, and a row whose frames say otherwise is told in the losses.

Files are read by the layout of their HDF5, without pynwb, so any version and any extension will do:
intervals (`TimeIntervals`, `EthogramBouts`), `EventsTable` of the core and of ndx-events,
`LabeledEvents`, `IntervalSeries` and `AnnotationSeries`. Trials, epochs and invalid times are no
behaviour. Layouts as in NWB 2.11 (nwb-schema.readthedocs.io) and ndx-ethogram 0.1.
"""

from ethoprism_domains.formats.base import Format
from ethoprism_domains.formats.nwb.carrying import carried
from ethoprism_domains.formats.nwb.reading import read, sniff
from ethoprism_domains.formats.nwb.writing import write

NWB = Format(
    name="nwb",
    description="Neurodata Without Borders: tables of bouts, points and observed intervals",
    extensions=(".nwb",),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="everything that an event holds, the observed intervals, and the ethogram",
    loses="nothing but characters that no text of HDF5 can have",
    one_video=True,
)

__all__ = ["NWB"]
