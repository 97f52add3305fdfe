"""Behaviours and subjects as a BORIS project defines them, and back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ethoprism_domains.annotation import Behavior, Ethogram, Modifier, Subject
from ethoprism_domains.formats.base import found_in
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.values import entries, text

FORBIDDEN = "(|),\\`~"
_MODIFIER_KINDS = ("single", "multiple", "numeric", "single")
_SHORTCUT = re.compile(r"\s*\([^()]*\)\s*$")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def read_ethogram(
    project: Mapping[str, Any], path: Path, coded: Sequence[str], losses: LossCounter
) -> Ethogram:
    """Read the behaviours and subjects of a project; codes that only events have are points.

    Parameters
    ----------
    coded
        The codes that events have.
    """
    behaviors: dict[str, Behavior] = {}
    for item in entries(project.get("behaviors_conf")):
        behavior = _behavior(item, losses)
        if behavior.name in behaviors:
            losses.add("behaviours defined twice", behavior.name)
        behaviors.setdefault(behavior.name, behavior)
    for name in dict.fromkeys(coded):
        if name not in behaviors:
            losses.add("behaviours that the project does not define, read as points", name)
            behaviors[name] = Behavior(name, kind="point")
    subjects = {item.name: item for item in map(_subject, entries(project.get("subjects_conf")))}
    known = [_known_exclusions(behavior, behaviors) for behavior in behaviors.values()]
    return found_in(path, *_without_double_keys(known, list(subjects.values()), losses))


def behaviors_conf(ethogram: Ethogram) -> dict[str, Any]:
    """Write behaviours as a project defines them."""
    return {
        str(number): {
            "type": "Point event" if behavior.kind == "point" else "State event",
            "key": behavior.key,
            "code": behavior.name,
            "description": behavior.description,
            "color": behavior.color,
            "category": behavior.category,
            "modifiers": {
                str(at): _modifier_conf(modifier) for at, modifier in enumerate(behavior.modifiers)
            },
            "excluded": ",".join(behavior.excludes),
            "coding map": "",
        }
        for number, behavior in enumerate(ethogram)
    }


def subjects_conf(ethogram: Ethogram) -> dict[str, Any]:
    """Write subjects as a project defines them."""
    return {
        str(number): {"key": item.key, "name": item.name, "description": item.description}
        for number, item in enumerate(ethogram.subjects)
    }


def carried_ethogram(ethogram: Ethogram, extra_subjects: Sequence[str]) -> Ethogram:
    """Give what a project holds of an ethogram, with subjects that only events name."""
    behaviors = tuple(
        replace(
            behavior,
            per_subject=True,
            modifiers=tuple(
                replace(item, description="", values=_values(item.values))
                for item in behavior.modifiers
            ),
        )
        for behavior in ethogram
    )
    more = [name for name in extra_subjects if name and name not in ethogram.subject_names]
    return Ethogram(behaviors, (*ethogram.subjects, *(Subject(name) for name in more)))


def _behavior(item: Mapping[str, Any], losses: LossCounter) -> Behavior:
    name, color = text(item.get("code")).strip(), text(item.get("color")).strip()
    if color and not _COLOR.fullmatch(color):
        losses.add("colours of behaviours that are not written #rrggbb", f"{name}: {color}")
        color = ""
    if text(item.get("coding map")):
        losses.add("coding maps of behaviours", name)
    return Behavior(
        name=name,
        kind="point" if text(item.get("type")).lower().startswith("point") else "state",
        description=text(item.get("description")),
        category=text(item.get("category")),
        color=color.lower(),
        key=text(item.get("key")),
        modifiers=tuple(_modifiers(name, item.get("modifiers"), losses)),
        excludes=tuple(part.strip() for part in text(item.get("excluded")).split(",")),
    )


def _modifiers(behavior: str, conf: object, losses: LossCounter) -> list[Modifier]:
    found: dict[str, Modifier] = {}
    for number, item in enumerate(entries(conf), start=1):
        name = text(item.get("name")).strip() or f"modifier {number}"
        kind = item.get("type", 0)
        if not isinstance(kind, int) or not 0 <= kind < len(_MODIFIER_KINDS):
            kind = 0
        told = item.get("values")
        values = _values([text(value) for value in told] if isinstance(told, list) else [])
        lacking = not values and _MODIFIER_KINDS[kind] != "numeric"
        if lacking or name in found:
            losses.add("sets of modifiers without values, or of one name", f"{behavior}: {name}")
            continue
        is_number = _MODIFIER_KINDS[kind] == "numeric"
        found[name] = Modifier(name, _MODIFIER_KINDS[kind], () if is_number else values)
    return list(found.values())


def _values(values: Sequence[str]) -> tuple[str, ...]:
    """Give values without the shortcut that BORIS writes behind them: ``grass (g)``."""
    plain = (_SHORTCUT.sub("", value) or value for value in values)
    return tuple(dict.fromkeys(value for value in plain if value))


def _modifier_conf(modifier: Modifier) -> dict[str, Any]:
    return {
        "name": modifier.name,
        "type": _MODIFIER_KINDS.index(modifier.kind),
        "values": list(modifier.values),
    }


def _subject(item: Mapping[str, Any]) -> Subject:
    return Subject(
        text(item.get("name")).strip(), text(item.get("key")), text(item.get("description"))
    )


def _known_exclusions(behavior: Behavior, behaviors: Mapping[str, Behavior]) -> Behavior:
    known = (name for name in behavior.excludes if name in behaviors and name != behavior.name)
    return replace(behavior, excludes=tuple(dict.fromkeys(known)))


def _without_double_keys(
    behaviors: Sequence[Behavior], subjects: Sequence[Subject], losses: LossCounter
) -> tuple[tuple[Behavior, ...], tuple[Subject, ...]]:
    taken: set[str] = set()

    def free(item: Any) -> Any:
        if item.key and item.key in taken:
            losses.add("keys that two behaviours or subjects share", f"{item.name}: {item.key}")
            return replace(item, key="")
        taken.add(item.key)
        return item

    return tuple(map(free, behaviors)), tuple(map(free, subjects))
