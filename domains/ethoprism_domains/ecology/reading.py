"""One way in which an ecologist's data lie on the disk, and the habits that most of them share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ethoprism_domains.base import Dataset, Habits, ProbeChoice, Sampling, Scoring

DOMAIN_NAME = "ecology"
HABITS = Habits(
    Sampling("clip"),
    ProbeChoice("attention"),
    "site",
    Scoring("average_precision", window_label="any"),
    ("camtrap-dp", "bouts-csv"),
)


@dataclass(frozen=True)
class SetReader:
    """Reads one kind of data set; the adapter's table lists them.

    Parameters
    ----------
    name
        What people call such a set.
    description
        What lies in its folder, in a few words.
    recognises
        Says whether a folder or file holds such a set, at a glance.
    read
        Reads it, with habits of its own where they are not `HABITS`; raises `EthoprismError` if it
        is not such a set.
    """

    name: str
    description: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path], Dataset]
