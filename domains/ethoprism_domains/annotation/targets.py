"""Whom an act is directed at: a modifier of its event, written ``target:NAME``.

Modifiers are text that tables, BORIS and NWB carry as it is, so the target needs no column of its
own and is lost nowhere. ``|`` parts the sets of modifiers and a comma the values of one, as in
BORIS: ``sand|target:intruder``, ``target:mouse-2,target:mouse-3``. What was coded by choosing from
a set of modifiers that is called ``target`` is understood as well: there, each value is a name.
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.behaviors import Behavior, Modifier
from ethoprism_domains.annotation.ethogram import Ethogram
from ethoprism_domains.annotation.events import Annotations

TARGET = "target"
_WRITTEN = f"{TARGET}:"
_AT = " @"
_PARTING = ("|", ",")
_NOT_CODED = "None"  # as BORIS writes it for a set of modifiers


def written_target(*names: str) -> str:
    """Give the modifier that says whom an act is directed at: one individual, or several.

    Raises
    ------
    EthoprismError
        If a name holds what parts modifiers.
    """
    for name in names:
        if set(_PARTING) & set(name):
            told = f"the name {name!r} holds one of {' '.join(_PARTING)}, which part modifiers"
            raise EthoprismError(told, None, "rename the individual")
    return ",".join(f"{_WRITTEN}{name}" for name in names if name)


def targets_of(annotations: Annotations) -> list[tuple[str, ...]]:
    """Give whom each event is directed at, in the order of the events; nobody for most."""
    places = {item.name: _place_of_target(item) for item in annotations.ethogram}
    events = annotations.events
    said = zip(events["behavior"].tolist(), events["modifiers"].tolist(), strict=True)
    known: dict[tuple[str, str], tuple[str, ...]] = {}
    found = []
    for behavior, text in said:
        if (behavior, text) not in known:
            known[behavior, text] = _targets(text, places.get(behavior))
        found.append(known[behavior, text])
    return found


def with_targets(ethogram: Ethogram, behaviors: Sequence[str], names: Sequence[str]) -> Ethogram:
    """Let the target of some behaviours be chosen among the individuals `names` while coding."""
    if not names:
        return ethogram
    chosen = Modifier(TARGET, "multiple", tuple(map(written_target, names)))
    told = tuple(
        replace(item, modifiers=(*item.modifiers, chosen)) if item.name in behaviors else item
        for item in ethogram
    )
    return Ethogram(told, ethogram.subjects)


def aim_at_other(annotations: Annotations, behaviors: Sequence[str]) -> Annotations:
    """Direct some behaviours at the other of two individuals, where nobody has said at whom.

    Events that have a target keep it; modifiers that they have stay in front.

    Raises
    ------
    EthoprismError
        If the ethogram has not two subjects, for then nothing tells who the other one is.
    """
    pair = annotations.ethogram.subject_names
    if len(pair) != 2:
        raise EthoprismError(
            f"{len(pair)} individuals: nothing tells who the other one is", None, "name the two"
        )
    others = dict(zip(pair, reversed(pair), strict=True))
    events = annotations.events
    columns = (events[name].tolist() for name in ("behavior", "subject", "modifiers"))
    modifiers = [
        "|".join(filter(None, [text, written_target(others[subject])]))
        if behavior in behaviors and subject in others and not aimed_at
        else text
        for behavior, subject, text, aimed_at in zip(*columns, targets_of(annotations), strict=True)
    ]
    told = events.assign(modifiers=modifiers)
    return Annotations(told, annotations.observed, annotations.ethogram)


def split_by_target(annotations: Annotations) -> Annotations:
    """Make a behaviour of its own of what is directed at each individual: ``attack @intruder``.

    An act that is directed at several becomes an event for each; one that is directed at nobody
    keeps its name. Behaviours exclude one another as before, whomever they are directed at.
    """
    targets = targets_of(annotations)
    behaviors = annotations.events["behavior"].tolist()
    variants = [
        [_directed(name, target) for target in aimed_at] or [name]
        for name, aimed_at in zip(behaviors, targets, strict=True)
    ]
    events = annotations.events.assign(
        behavior=pd.Series(variants, index=annotations.events.index, dtype=object),
        modifiers=_without_targets(annotations),
    )
    events = events.explode("behavior", ignore_index=True).astype(annotations.events.dtypes)
    events = events.assign(event_id=_distinct(events["event_id"]))
    ethogram = _split_ethogram(annotations.ethogram, behaviors, targets)
    return Annotations(events, annotations.observed, ethogram)


def behavior_of(name: str) -> str:
    """Give the behaviour that `split_by_target` has made `name` of: ``attack @intruder``."""
    return name.rpartition(_AT)[0] or name


def _place_of_target(behavior: Behavior) -> int | None:
    names = [item.name.strip().casefold() for item in behavior.modifiers]
    return names.index(TARGET) if TARGET in names else None


def _targets(text: str, place: int | None) -> tuple[str, ...]:
    sets = text.split("|")
    values = [value.strip() for values in sets for value in values.split(",")]
    names = [value.removeprefix(_WRITTEN) for value in values if value.startswith(_WRITTEN)]
    if not names and place is not None and place < len(sets):
        names = [value for value in sets[place].split(",") if value.strip() != _NOT_CODED]
    return tuple(dict.fromkeys(filter(None, map(str.strip, names))))


def _directed(behavior: str, target: str) -> str:
    return f"{behavior}{_AT}{target}"


def _without_targets(annotations: Annotations) -> list[str]:
    """Take the targets out of the modifiers of each event, as `_split_ethogram` does."""
    places = {item.name: _place_of_target(item) for item in annotations.ethogram}
    events = annotations.events
    rest = []
    for behavior, text in zip(events["behavior"], events["modifiers"], strict=True):
        place = places.get(behavior)
        sets = [_plain(part) for at, part in enumerate(text.split("|")) if at != place]
        rest.append("|".join(sets).rstrip("|"))
    return rest


def _plain(values: str) -> str:
    """Take the targets out of the values of one set of modifiers."""
    return ",".join(item for item in values.split(",") if not item.strip().startswith(_WRITTEN))


def _distinct(ids: pd.Series) -> list[str]:
    """Tell apart the events that one event has become."""
    number = ids.groupby(ids).cumcount().tolist()
    return [f"{name}.{at}" if at else name for name, at in zip(ids, number, strict=True)]


def _split_ethogram(
    ethogram: Ethogram, behaviors: Sequence[str], targets: Sequence[tuple[str, ...]]
) -> Ethogram:
    pairs = {
        (behavior, target): None
        for behavior, aimed_at in zip(behaviors, targets, strict=True)
        for target in (aimed_at or ("",))
    }
    variants = {
        item.name: [
            _directed(item.name, target) if target else item.name
            for behavior, target in sorted(pairs)
            if behavior == item.name
        ]
        or [item.name]
        for item in ethogram
    }
    split = tuple(
        replace(
            item,
            name=name,
            color=item.color if name == variants[item.name][0] else "",
            key="",
            modifiers=tuple(other for other in item.modifiers if _is_other(other)),
            excludes=tuple(name for other in item.excludes for name in variants[other]),
        )
        for item in ethogram
        for name in variants[item.name]
    )
    return Ethogram(split, ethogram.subjects)


def _is_other(modifier: Modifier) -> bool:
    return modifier.name.strip().casefold() != TARGET
