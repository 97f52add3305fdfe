"""What animals did with their time: counts, durations, shares, transitions, co-occurrence."""

from ethoprism_domains.budget.durations import BUDGET_COLUMNS, durations
from ethoprism_domains.budget.sequence import (
    COOCCURRENCE_COLUMNS,
    TRANSITION_COLUMNS,
    cooccurrence,
    transitions,
)
from ethoprism_domains.budget.tracks import BoutTrack, bout_tracks

__all__ = [
    "BUDGET_COLUMNS",
    "COOCCURRENCE_COLUMNS",
    "TRANSITION_COLUMNS",
    "BoutTrack",
    "bout_tracks",
    "cooccurrence",
    "durations",
    "transitions",
]
