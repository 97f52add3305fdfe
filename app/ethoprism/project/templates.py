"""Ethograms to begin with: templates, and those of other projects and label files."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ethoprism.project.project import read_ethogram
from ethoprism_domains.annotation import Behavior, Ethogram, Subject, exclusive
from ethoprism_domains.formats import read_events
from ethoprism_domains.formats.boris import read_project_ethogram

_YAML, _BORIS = (".yaml", ".yml"), (".boris", ".boris.gz")
# times do not matter where only the behaviours are wanted: any long recording will do
_ANY_TIMES = np.arange(3_000_000) / 30


def templates() -> Mapping[str, Ethogram]:
    """Give the templates by what they are for; every name, colour and key can be changed."""
    alone = ("walking", "running", "resting", "rearing", "grooming", "sniffing")
    posture = ("foraging", "moving", "vigilant", "resting", "out of sight")
    return {
        "An animal in an arena": Ethogram(exclusive(_states(*alone))),
        "Two animals that meet": Ethogram(
            (
                *_states("approaching", "chasing", "fleeing", "sniffing the other", "fighting"),
                Behavior("bite", kind="point"),
            ),
            (Subject("A"), Subject("B")),
        ),
        "Animals in the wild": Ethogram(
            (*exclusive(_states(*posture)), Behavior("call", kind="point"))
        ),
    }


def ethogram_in(path: str | Path) -> Ethogram:
    """Read the ethogram of a project, a YAML file, or a label file of any format.

    Raises
    ------
    EthoprismError
        If it cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() in _YAML:
        return read_ethogram(path)
    if path.name.lower().endswith(_BORIS):  # also where what was coded with it cannot be read
        return read_project_ethogram(path)
    return read_events(path, video="video", frame_times=lambda _: _ANY_TIMES).ethogram


def _states(*names: str) -> tuple[Behavior, ...]:
    return tuple(Behavior(name) for name in names)
