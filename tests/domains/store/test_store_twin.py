"""Random sessions, damage and edits, beside a twin that only remembers what was acknowledged."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.editing import Coding
from ethoprism_domains.annotation.store import (
    AnnotationStore,
)

from .conftest import opened


def _append_quickly(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


class Twin(RuleBasedStateMachine):
    """Any operations, undos, redos and reopenings, beside a list of all former states."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = self.open()
        self.states = [Coding.of("v.mp4")]
        self.at = 0

    def open(self) -> AnnotationStore:
        return opened(self.folder, append=_append_quickly)

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def did(self, operation, *arguments) -> None:
        try:
            change = self.store.do(operation, *arguments)
        except EthoprismError:
            return
        if change:
            now = self.states[self.at].after(change)
            self.states[self.at + 1 :] = [now]
            self.at += 1

    @rule(
        behavior=st.sampled_from(["walk", "rest"]),
        start=st.integers(0, 60),
        length=st.integers(0, 20),
        subject=st.sampled_from(["A", "B"]),
    )
    def add(self, behavior, start, length, subject):
        self.did(edit.add, behavior, start, start + length, subject)

    @rule(behavior=st.sampled_from(["walk", "rest", "peck"]), frame=st.integers(0, 60))
    def press(self, behavior, frame):
        self.did(edit.toggle, behavior, frame, "A")

    @rule(start=st.integers(0, 60), length=st.integers(0, 20), seen=st.booleans())
    def look(self, start, length, seen):
        self.did(edit.observe if seen else edit.unobserve, start, start + length)

    @precondition(lambda self: self.store.coding.events)
    @rule(which=st.integers(0, 10**6), frame=st.integers(0, 60), operation=st.sampled_from("mdsr"))
    def change(self, which, frame, operation):
        ids = [event.event_id for event in self.store.coding.in_order()]
        key = ids[which % len(ids)]
        arguments = {
            "m": (edit.move, key, frame),
            "d": (edit.delete, key),
            "s": (edit.split, key, frame),
            "r": (edit.relabel, key, "rest"),
        }
        self.did(*arguments[operation])

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo(self):
        self.store.undo()
        self.at -= 1

    @precondition(lambda self: self.at < len(self.states) - 1)
    @rule()
    def redo(self):
        self.store.redo()
        self.at += 1

    @rule(politely=st.booleans())
    def reopen(self, politely):
        if politely:
            self.store.close()
        self.store = None
        self.store = self.open()
        assert not self.store.notices and not self.store.is_second_writer

    @rule()
    def write(self):
        assert self.store.write_table()

    @invariant()
    def agree(self):
        assert self.store.coding == self.states[self.at]
        assert self.store.can_undo == (self.at > 0)
        assert self.store.can_redo == (self.at < len(self.states) - 1)


TestTwin = Twin.TestCase
TestTwin.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
