"""What is wrong with an ethogram that is being edited, a sentence for each field."""

import re
from collections import Counter
from collections.abc import Mapping

from ethoprism_domains.annotation import Behavior
from ethoprism_domains.annotation.behaviors import behavior_problems, name_is_clean
from napari_ethoprism.views.coding.bindings import command_keys
from napari_ethoprism.views.coding.editor.draft import Draft

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_FUNCTION_KEY = re.compile(r"F([1-9]|[12][0-9]|3[0-5])")

Place = tuple[str, int, str]


def find_problems(draft: Draft, kinds: Mapping[str, set[str]] | None = None) -> dict[Place, str]:
    """Find what is wrong: ``(behavior or subject, number, field)`` -> a sentence.

    Parameters
    ----------
    kinds
        The kinds of events that a behaviour has already, by its name in the project.
    """
    problems: dict[Place, str] = {}
    names = Counter(item.name for item in draft.behaviors)
    people = Counter(item.name for item in draft.subjects)
    owners = _owners(draft)
    for at, behavior in enumerate(draft.behaviors):
        found = {
            "name": _name_problem(behavior.name, names),
            "key": _key_problem(behavior.key, owners, behavior.name),
            "color": _color_problem(behavior.color),
            "kind": _kind_problem(behavior, draft.entries[at].origin, kinds or {}),
            "modifiers": _modifier_problem(behavior),
        }
        problems |= {("behavior", at, field): told for field, told in found.items() if told}
    for at, subject in enumerate(draft.subjects):
        found = {
            "name": _name_problem(subject.name, people),
            "key": _key_problem(subject.key, owners, subject.name),
        }
        problems |= {("subject", at, field): told for field, told in found.items() if told}
    return problems


def _owners(draft: Draft) -> dict[str, list[str]]:
    owners: dict[str, list[str]] = {}
    named = [(item.key, item.name) for item in draft.behaviors]
    for key, name in [*named, *((item.key, item.name) for item in draft.subjects)]:
        owners.setdefault(key, []).append(name)
    return owners


def _name_problem(name: str, names: Counter[str]) -> str:
    if not name:
        return "Give it a name."
    if not name_is_clean(name):
        return "A name has no blanks around it and no characters that cannot be seen."
    return "Another one is called so." if names[name] > 1 else ""


def _key_problem(key: str, owners: Mapping[str, list[str]], own: str) -> str:
    if not key:
        return ""
    if len(key) > 1 and not _FUNCTION_KEY.fullmatch(key):
        return "A key is one character, or such as F5."
    command = command_keys().get(key)
    if command is not None:
        return f"This key is taken; it means: {command.help}."
    others = [name for name in owners[key] if name != own]
    if others or len(owners[key]) > 1:
        return f"This key is that of {(others or owners[key])[0]}."
    return ""


def _color_problem(color: str) -> str:
    return "Write a colour as #rrggbb." if color and not _COLOR.fullmatch(color) else ""


def _kind_problem(behavior: Behavior, origin: str, kinds: Mapping[str, set[str]]) -> str:
    others = kinds.get(origin, set()) - {behavior.kind}
    if not others:
        return ""
    return f"It has {others.pop()} events: delete them or give them another behaviour first."


def _modifier_problem(behavior: Behavior) -> str:
    told = [text for text in behavior_problems(behavior) if text.startswith("modifier")]
    return f"The {told[0]}." if told else ""
