"""Behaviours and subjects from, and to, the plain mappings of ``project.yaml``."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, replace
from difflib import get_close_matches
from typing import Any

from ethoprism_domains.annotation.behaviors import Behavior, Modifier, Subject


def behaviors_from(mapping: Mapping[str, Any], problems: list[str]) -> tuple[Behavior, ...]:
    """Build the behaviours of `mapping`, with its exclusive groups; add to `problems`."""
    if "behaviors" not in mapping:
        problems.append("it has no list of behaviors")
    items = _items(mapping, "behaviors", problems)
    behaviors = [_behavior(at, item, problems) for at, item in items]
    groups = _groups(mapping, {behavior.name for behavior in behaviors}, problems)
    for group in groups:
        behaviors = [
            replace(item, excludes=(*item.excludes, *(n for n in group if n != item.name)))
            if item.name in group
            else item
            for item in behaviors
        ]
    return tuple(behaviors)


def subjects_from(mapping: Mapping[str, Any], problems: list[str]) -> tuple[Subject, ...]:
    """Build the subjects of `mapping`; add to `problems`."""
    items = _items(mapping, "subjects", problems)
    return tuple(Subject(**_known(Subject, at, item, problems)) for at, item in items)


def item_mapping(item: Behavior | Subject | Modifier) -> dict[str, Any]:
    """Give an item's fields, without those that have their default."""
    mapping: dict[str, Any] = {}
    for field in fields(item):
        value = getattr(item, field.name)
        if field.default is MISSING or value != field.default:
            mapping[field.name] = _plain(value)
    return mapping


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [item_mapping(v) if isinstance(v, Modifier) else v for v in value]
    return value


def _items(
    mapping: Mapping[str, Any], key: str, problems: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (what to call it, its fields) for each item of a list of names or mappings."""
    items = mapping.get(key) or []
    if not isinstance(items, list | tuple):
        problems.append(f"{key}: expected a list, got {items!r}")
        return
    kind = {"behaviors": "behaviour", "subjects": "subject", "modifiers": "modifier"}[key]
    for position, item in enumerate(items, start=1):
        if isinstance(item, Mapping) and item.get("name") is not None:
            yield f"{kind} {str(item['name'])!r}", {str(k): v for k, v in item.items()}
        elif isinstance(item, str | int | float) and not isinstance(item, bool):
            yield f"{kind} {str(item)!r}", {"name": item}
        else:
            problems.append(f"{kind} {position}: it has no name: {item!r}")


def _behavior(at: str, item: dict[str, Any], problems: list[str]) -> Behavior:
    inner: list[str] = []
    modifiers = tuple(
        Modifier(**_known(Modifier, name, modifier, inner))
        for name, modifier in _items(item, "modifiers", inner)
    )
    problems += [f"{at}: {problem}" for problem in inner]
    rest = {key: value for key, value in item.items() if key != "modifiers"}
    return Behavior(**_known(Behavior, at, rest, problems), modifiers=modifiers)


def _known(
    kind: type[Behavior | Subject | Modifier], at: str, item: dict[str, Any], problems: list[str]
) -> dict[str, Any]:
    """Keep the fields that `kind` has, in their types; add the others to `problems`."""
    types = {field.name: field.type for field in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in item.items():
        if key not in types:
            near = get_close_matches(key, types, n=1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            problems.append(f"{at}: unknown field {key!r}{hint}")
            continue
        try:
            values[key] = _converted(value, types[key])
        except ValueError as error:
            problems.append(f"{at}: {key} {error}")
    return {"name": str(item["name"])} | values


def _converted(value: object, kind: object) -> object:
    if kind is bool:
        if not isinstance(value, bool):
            raise ValueError(f"is true or false, not {value!r}")
        return value
    if kind is str:
        return _text(value)
    if not isinstance(value, list | tuple):
        raise ValueError(f"is a list, not {value!r}")
    return tuple(_text(item) for item in value)


def _text(value: object) -> str:
    """Read text; a bare number is meant as text, a bare yes or no is a trap of YAML."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"is text, not {value!r} (put it in quotes)")
    return str(value)


def _groups(
    mapping: Mapping[str, Any], names: set[str], problems: list[str]
) -> list[tuple[str, ...]]:
    groups = mapping.get("exclusive") or []
    if not isinstance(groups, list | tuple) or not all(isinstance(g, list | tuple) for g in groups):
        problems.append(f"exclusive: expected a list of lists of behaviors, got {groups!r}")
        return []
    named = [tuple(str(name) for name in group) for group in groups]
    strangers = {name for group in named for name in group} - names
    problems += [f"exclusive: {name!r} is no behaviour here" for name in sorted(strangers)]
    return [tuple(name for name in group if name in names) for group in named]
