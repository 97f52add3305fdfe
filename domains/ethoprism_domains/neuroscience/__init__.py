"""Neuroscience: video on the clock of an experiment, and behaviour beside recorded signals.

`find_pulses`, `pulses_from_edges` and `read_timestamps` give times of exposures, `frame_clock` the
time of each frame and what does not agree, `align_clocks` the way from one clock to another.
"""

from ethoprism_domains.neuroscience.alignment import AlignSettings, ClockFit, align_clocks
from ethoprism_domains.neuroscience.clock_problems import PROBLEM_COLUMNS
from ethoprism_domains.neuroscience.clocks import FrameClock, frame_clock
from ethoprism_domains.neuroscience.pulses import (
    Pulses,
    PulseSettings,
    find_pulses,
    pulses_from_edges,
)
from ethoprism_domains.neuroscience.timestamps import Timestamps, read_timestamps

__all__ = [
    "PROBLEM_COLUMNS",
    "AlignSettings",
    "ClockFit",
    "FrameClock",
    "PulseSettings",
    "Pulses",
    "Timestamps",
    "align_clocks",
    "find_pulses",
    "frame_clock",
    "pulses_from_edges",
    "read_timestamps",
]
