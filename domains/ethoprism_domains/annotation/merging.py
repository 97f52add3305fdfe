"""What several label files tell brought together: one ethogram, and one name for a video."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations

from ethoprism_domains.annotation.behaviors import Behavior
from ethoprism_domains.annotation.ethogram import Ethogram
from ethoprism_domains.annotation.events import Annotations


def merge_ethograms(ethograms: Sequence[Ethogram]) -> Ethogram:
    """Join behaviours in order of appearance.

    A behaviour is a state if any file says so. Two behaviours exclude each other unless a file
    lets them meet, or they never share a file and one of them may meet others. A key that two of
    them have stays with the first.
    """
    known: dict[str, Behavior] = {}
    for behavior in (behavior for ethogram in ethograms for behavior in ethogram):
        earlier = known.setdefault(behavior.name, behavior)
        if behavior.kind == "state" and earlier.kind == "point":
            known[behavior.name] = replace(earlier, kind="state")
    apart = {pair for pair in permutations(known, 2) if _exclude_each_other(*pair, ethograms)}
    keys = [item.key for item in known.values()]
    return Ethogram(
        tuple(
            replace(
                item,
                key="" if item.key in keys[:number] else item.key,
                excludes=tuple(name for name in known if (item.name, name) in apart),
            )
            for number, item in enumerate(known.values())
        )
    )


def _exclude_each_other(one: str, other: str, ethograms: Sequence[Ethogram]) -> bool:
    together = [item for item in ethograms if one in item and other in item]
    if together:
        return all(other in item[one].excludes for item in together)
    homes = [(item, name) for item in ethograms for name in (one, other) if name in item]
    return all(len(item[name].excludes) == len(item) - 1 > 0 for item, name in homes)


def renamed(annotations: Annotations, names: Mapping[str, str]) -> Annotations:
    """Keep what is of these videos, under other names."""
    events, observed = (
        table[table["video"].isin([*names])].assign(video=lambda part: part["video"].map(names))
        for table in (annotations.events, annotations.observed)
    )
    return Annotations(events, observed, annotations.ethogram)
