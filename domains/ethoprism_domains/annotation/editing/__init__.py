"""Edit what is coded of one video: immutable values, pure operations, changes that invert exactly.

`Coding` holds the events and observed intervals; an operation such as `add` takes it, the `Rules`
and what the user chose, and returns a `Change`; ``coding.after(change)`` is the next `Coding`, and
``change.inverted()`` leads back.
"""

from ethoprism_domains.annotation.editing.coding import Change, Coding, difference, fitted
from ethoprism_domains.annotation.editing.operations import (
    accept,
    add,
    add_all,
    change_subject,
    delete,
    describe,
    merge,
    move,
    observe,
    reject,
    relabel,
    split,
    start,
    stop,
    toggle,
    unobserve,
)
from ethoprism_domains.annotation.editing.overlaps import in_the_way
from ethoprism_domains.annotation.editing.records import Event
from ethoprism_domains.annotation.editing.replacing import replace_within
from ethoprism_domains.annotation.editing.reviewing import correct, judge_missed, take_in
from ethoprism_domains.annotation.editing.rules import OVERLAPS, Rules
from ethoprism_domains.annotation.editing.spans import joined, without
from ethoprism_domains.annotation.editing.together import describe_all, for_each, paste, shift

__all__ = [
    "OVERLAPS",
    "Change",
    "Coding",
    "Event",
    "Rules",
    "accept",
    "add",
    "add_all",
    "change_subject",
    "correct",
    "delete",
    "describe",
    "describe_all",
    "difference",
    "fitted",
    "for_each",
    "in_the_way",
    "joined",
    "judge_missed",
    "merge",
    "move",
    "observe",
    "paste",
    "reject",
    "relabel",
    "replace_within",
    "shift",
    "split",
    "start",
    "stop",
    "take_in",
    "toggle",
    "unobserve",
    "without",
]
