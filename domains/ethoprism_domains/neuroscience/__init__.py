"""Neuroscience: video on the clock of an experiment, and behaviour beside recorded signals.

`find_pulses`, `pulses_from_edges` and `read_timestamps` give times of exposures, `frame_clock` the
time of each frame and what does not agree, `align_clocks` the way from one clock to another.
`read_signal` reads what was recorded,
`moments` lists onsets and offsets, `peri_event` measures `Continuous` signals and `Spikes` around
those of `Session`s. `bin_together` and `decode` say how well one predicts the other.
"""

from ethoprism_domains.neuroscience.alignment import AlignSettings, ClockFit, align_clocks
from ethoprism_domains.neuroscience.clock_problems import PROBLEM_COLUMNS
from ethoprism_domains.neuroscience.clocks import FrameClock, frame_clock
from ethoprism_domains.neuroscience.decoding import (
    DECODING_COLUMNS,
    DecodingSettings,
    Direction,
    decode,
)
from ethoprism_domains.neuroscience.moments import MOMENT_COLUMNS, MomentSettings, moments
from ethoprism_domains.neuroscience.perievent import PeriEvent, PeriEventSettings, peri_event
from ethoprism_domains.neuroscience.pulses import (
    Pulses,
    PulseSettings,
    find_pulses,
    pulses_from_edges,
)
from ethoprism_domains.neuroscience.signal_files import read_signal
from ethoprism_domains.neuroscience.signals import Continuous, Signal, Spikes
from ethoprism_domains.neuroscience.timestamps import Timestamps, read_timestamps
from ethoprism_domains.neuroscience.together import Binned, bin_together
from ethoprism_domains.neuroscience.windows import Baseline, Session, WindowSettings

__all__ = [
    "DECODING_COLUMNS",
    "MOMENT_COLUMNS",
    "PROBLEM_COLUMNS",
    "AlignSettings",
    "Baseline",
    "Binned",
    "ClockFit",
    "Continuous",
    "DecodingSettings",
    "Direction",
    "FrameClock",
    "MomentSettings",
    "PeriEvent",
    "PeriEventSettings",
    "PulseSettings",
    "Pulses",
    "Session",
    "Signal",
    "Spikes",
    "Timestamps",
    "WindowSettings",
    "align_clocks",
    "bin_together",
    "decode",
    "find_pulses",
    "frame_clock",
    "moments",
    "peri_event",
    "pulses_from_edges",
    "read_signal",
    "read_timestamps",
]
