"""The store: what is on the disk after edits, damage, other hands and other sessions."""

import csv
import errno
import random
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, Subject, exclusive
from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.editing import Coding
from ethoprism_domains.annotation.store import (
    AnnotationPaths,
    AnnotationStore,
    append_durably,
    former_tables,
    names_in,
    read_journal,
)
from ethoprism_domains.annotation.store.backups import keep_former
from ethoprism_domains.annotation.store.journal import Line, encode
from ethoprism_domains.formats import read_events

STATES = exclusive((Behavior("walk"), Behavior("rest")))
ETHOGRAM = Ethogram((*STATES, Behavior("peck", "point")), (Subject("A"), Subject("B")))
TIMES = np.arange(2000) / 25


def opened(folder: Path, **options) -> AnnotationStore:
    given = {"ethogram": ETHOGRAM, "frame_times": TIMES, "overlaps": "truncate"}
    return AnnotationStore(folder, "v.mp4", "Ann", **(given | {"rewrite_after": None} | options))


def table(folder: Path) -> Path:
    return folder / "v.mp4.Ann.csv"


def journal(folder: Path) -> Path:
    return folder / "v.mp4.Ann.journal.jsonl"


@pytest.fixture
def coded(tmp_path) -> tuple[Path, Coding]:
    """A folder with the annotations of a session that closed, and what was coded."""
    with opened(tmp_path) as store:
        store.do(edit.observe, 0, 500)
        store.do(edit.add, "walk", 10, 20, "A", comment='a "quick"\r one;\nindeed')
        store.do(edit.add, "rest", 20, 60, "A", confidence=0.1)
        store.do(edit.add, "peck", 33, subject="B")
        store.do(edit.start, "walk", 70, "A")
        return tmp_path, store.coding


def edited_by_hand(path: Path, change) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows = change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_everything_is_there_again(coded):
    folder, coding = coded
    with opened(folder) as store:
        assert store.coding == coding and not store.notices
        assert store.coding.open_bouts()[0].start_frame == 70
        assert store.annotations().events["comment"].str.contains("quick").sum() == 1


def test_the_table_is_one_that_any_tool_reads(coded):
    folder, coding = coded
    annotations = read_events(table(folder), ethogram=ETHOGRAM)
    again = Coding.from_tables("v.mp4", annotations.events, annotations.observed)
    assert again == coding.without_open_bouts()
    plain = pd.read_csv(table(folder))
    assert plain["kind"].tolist() == ["observed", "state", "state", "point"]


def test_undo_and_redo_outlive_the_session(coded):
    folder, coding = coded
    with opened(folder) as store:
        store.undo()
        store.undo()
    with opened(folder) as store:
        assert len(store.coding.events) == 2 and store.can_redo
        store.redo()
    with opened(folder) as store:
        store.redo()
        assert store.coding == coding and not store.can_redo
        with pytest.raises(EthoprismError, match="nothing to redo"):
            store.redo()
        for _ in range(5):
            store.undo()
        assert store.coding == Coding.of("v.mp4")
        with pytest.raises(EthoprismError, match="nothing to undo"):
            store.undo()
        store.redo()
        store.do(edit.add, "walk", 1, 2, "A")
        assert not store.can_redo


def test_undo_passes_over_what_was_only_watched(coded):
    folder, before = coded
    with opened(folder) as store:
        walked = store.do(edit.add, "walk", 600, 620, "A").created
        store.watch(600, 900)
        assert not store.watch(650, 700)
        store.undo()
        assert not set(walked) & set(store.coding.events)
        store.watch(900, 950)
        assert store.can_redo
        store.redo()
        assert set(walked) <= set(store.coding.events)
    with opened(folder) as store:
        store.undo()
        assert store.coding.events == before.events
        assert store.coding.observed == ((0, 500), (600, 950))


def test_an_events_past_is_known(coded):
    folder, coding = coded
    key = coding.track("A", "walk").events[0].event_id
    with opened(folder) as store:
        store.do(edit.move, key, stop=15)
        store.undo()
        past = store.past(key)
    assert [item.what.split()[0].rstrip(":") for item in past] == ["add", "move", "undo"]
    assert past[0].before is None and past[0].after == past[1].before == past[2].after
    assert all(item.by == "Ann" and item.time.endswith("+00:00") for item in past)


def test_a_refused_operation_changes_nothing(coded):
    folder, coding = coded
    before = journal(folder).read_bytes()
    with opened(folder, overlaps="refuse", read_only=False) as store:
        with pytest.raises(EthoprismError, match="cannot hold at once"):
            store.do(edit.add, "walk", 0, 100, "A")
        assert not store.do(edit.describe, coding.in_order()[0].event_id)  # nothing to change
        assert store.coding == coding
    assert b'"do"' not in journal(folder).read_bytes()[len(before) :]


def test_reading_only_writes_nothing(coded):
    folder, coding = coded
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with opened(folder, read_only=True) as store:
        assert store.coding == coding
        with pytest.raises(EthoprismError, match="read only"):
            store.do(edit.add, "walk", 0, 5, "A")
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_closed_store_refuses_to_go_on(tmp_path):
    store = opened(tmp_path)
    store.close()
    store.close()
    with pytest.raises(EthoprismError, match="closed"):
        store.do(edit.add, "walk", 0, 5, "A")


class FailingDisk:
    """Appends as long as there is room; then a part of what is asked, and an error."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, path: Path, data: bytes) -> None:
        if len(data) <= self.room:
            self.room -= len(data)
            append_durably(path, data)
            return
        append_durably(path, data[: self.room])
        self.room = 0
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("room", range(300, 2400, 130))
def test_what_a_full_disk_refuses_is_not_acknowledged(tmp_path, room):
    disk = FailingDisk(room)
    store = opened(tmp_path, append=disk)
    good = store.coding
    for start in range(0, 100, 10):
        try:
            store.do(edit.add, "walk", start, start + 5, "A")
            good = store.coding
        except EthoprismError as error:
            assert "not saved (No space left" in str(error) or store.read_only
    assert store.coding == good and len(good.events) < 10
    disk.room = 10**6
    if not store.read_only:
        store.do(edit.add, "peck", 7, subject="A")
        good = store.coding
    store.close()
    with opened(tmp_path) as again:
        assert again.coding == good


def test_an_action_that_reached_the_disk_and_was_refused_does_not_count(tmp_path):
    refuse = False

    def append(path: Path, data: bytes) -> None:
        append_durably(path, data)
        if refuse:
            raise OSError(errno.EIO, "Input/output error")

    store = opened(tmp_path, append=append)
    refuse = True
    with pytest.raises(EthoprismError, match="Input/output error"):
        store.do(edit.add, "walk", 0, 5, "A")
    refuse = False
    store.do(edit.add, "walk", 50, 60, "A")
    expected = store.coding
    store.close()
    with opened(tmp_path) as again:
        assert again.coding == expected and len(expected.events) == 1


def test_a_torn_last_line_is_told_once_and_nothing_else_is_lost(coded):
    folder, coding = coded
    with journal(folder).open("ab") as file:
        file.write(b'{"check":"0123456789abcdef","seq":99,"sess')
    with opened(folder) as store:
        assert store.coding == coding
        assert len(store.notices) == 1 and "incomplete last line" in store.notices[0]
        store.do(edit.add, "peck", 5, subject="A")
        expected = store.coding
    with opened(folder) as store:
        assert store.coding == expected and not store.notices


@pytest.mark.parametrize("seed", range(12))
def test_damage_anywhere_is_told_and_mended_from_the_table(coded, seed):
    folder, coding = coded
    draw = random.Random(seed)
    content = bytearray(journal(folder).read_bytes())
    at = draw.randrange(len(content))
    content[at : at + draw.randrange(1, 40)] = draw.randbytes(draw.randrange(0, 40))
    journal(folder).write_bytes(content)
    with opened(folder) as store:
        assert store.notices
        assert store.coding.without_open_bouts() == coding.without_open_bouts()
        mended = store.coding
    with opened(folder) as store:
        assert store.coding == mended and not store.notices


def test_a_lost_journal_or_table_is_made_again_from_the_other(coded):
    folder, coding = coded
    table(folder).unlink()
    with opened(folder) as store:
        assert store.coding == coding and "missing" in store.notices[0]
    journal(folder).unlink()
    with opened(folder) as store:
        assert store.coding == coding.without_open_bouts()
        store.undo()  # even this
        assert not store.coding.events


def test_an_edit_by_hand_is_taken_in_and_can_be_undone(coded):
    folder, coding = coded

    def change(rows):
        row = next(row for row in rows if row[3] == "rest")
        row[6] = "50"
        added = dict.fromkeys(rows[0], "") | {"video": "v.mp4", "behavior": "walk"}
        added |= {"start_frame": "100", "stop_frame": "120"}
        return [*(row for row in rows if row[3] != "peck"), list(added.values())]

    edited_by_hand(table(folder), change)
    by_hand = table(folder).read_bytes()
    with opened(folder) as store:
        assert "edited outside (1 added, 1 changed, 1 deleted)" in store.notices[0]
        rest = store.coding.track("A", "rest").events[0]
        assert (rest.stop_frame, rest.stop_s) == (50, 2.0)
        assert store.coding.track("", "walk").events[0].start_frame == 100
        assert not store.coding.track("B", "peck").events
        taken = store.coding
        store.undo()
        assert store.coding == coding
        store.redo()
    assert by_hand in [path.read_bytes() for path in (folder / "backups").glob("*edited*")]
    with opened(folder) as store:
        assert store.coding == taken and not store.notices


def test_an_edit_by_hand_meets_what_the_table_did_not_have_yet(coded):
    folder, _ = coded
    store = opened(folder)
    store.do(edit.add, "peck", 40, subject="A")
    del store  # it ends without a word, and without the table
    edited_by_hand(table(folder), lambda rows: [row for row in rows if row[3] != "rest"])
    with opened(folder) as store:
        assert store.coding.track("A", "peck").events and not store.coding.track("A", "rest").events


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [(5, "ten", "'ten' is not a number"), (3, "runn", "'runn' is not in the ethogram")],
)
def test_a_bad_edit_by_hand_is_left_alone(coded, column, cell, told):
    folder, coding = coded
    edited_by_hand(
        table(folder),
        lambda rows: [[*r[:column], cell, *r[column + 1 :]] if r[3] == "rest" else r for r in rows],
    )
    by_hand = table(folder).read_bytes()
    with opened(folder) as store:
        assert store.read_only and store.coding == coding
        assert told in store.notices[-1] and "line 6" in store.notices[-1]
    assert table(folder).read_bytes() == by_hand


def test_a_table_edited_while_it_is_open_is_not_overwritten(coded):
    folder, _ = coded
    with opened(folder) as store:
        edited_by_hand(table(folder), lambda rows: [row for row in rows if row[3] != "rest"])
        store.do(edit.add, "peck", 40, subject="A")
        by_hand = table(folder).read_bytes()
        assert not store.write_table()
        assert "edited outside while it was open" in store.notices[-1]
    assert table(folder).read_bytes() == by_hand
    with opened(folder) as store:
        assert store.coding.track("A", "peck").events and not store.coding.track("A", "rest").events


def test_a_table_without_a_journal_is_taken_in(tmp_path):
    table(tmp_path).write_text("behavior;start_s;stop_s\nwalk;0,4;0,8\n", encoding="utf-8-sig")
    with opened(tmp_path) as store:
        (event,) = store.coding.events.values()
        assert (event.start_frame, event.stop_frame) == (10, 20)
        assert store.coding.observed == ((0, 2000),)
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_annotations_of_a_newer_version_are_only_looked_at(coded):
    folder, coding = coded
    line = Line(99, "later", "2030-01-01T00:00:00+00:00", "open", {"format": 2})
    with journal(folder).open("ab") as file:
        file.write(encode(line))
    before = journal(folder).read_bytes(), table(folder).read_bytes()
    with opened(folder) as store:
        assert store.read_only and store.coding == coding
        assert "newer version (format 2): update" in store.notices[-1]
    assert (journal(folder).read_bytes(), table(folder).read_bytes()) == before


def test_two_writers_lose_nothing(coded):
    folder, coding = coded
    rest = coding.track("A", "rest").events[0].event_id
    first, second = opened(folder), opened(folder)
    assert second.is_second_writer and not first.is_second_writer
    assert "another session" in second.notices[0]
    first.do(edit.add, "peck", 100, subject="A")
    second.do(edit.add, "peck", 200, subject="A")
    second.do(edit.move, rest, stop=50)
    second.undo()
    second.redo()
    second.close()
    first.do(edit.add, "peck", 300, subject="A")
    first.close()
    with opened(folder) as store:
        assert [e.start_frame for e in store.coding.track("A", "peck").events] == [100, 200, 300]
        assert store.coding.events[rest].stop_frame == 50
        assert not store.notices
        assert (
            Coding.from_tables("v.mp4", *_tables(table(folder)))
            == store.coding.without_open_bouts()
        )


def _tables(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    annotations = read_events(path)
    return annotations.events, annotations.observed


def test_the_last_of_two_writers_to_close_brings_both_together(coded):
    folder, _ = coded
    first, second = opened(folder), opened(folder)
    second.do(edit.add, "peck", 200, subject="A")
    first.do(edit.add, "peck", 100, subject="A")
    first.close()
    second.do(edit.add, "peck", 300, subject="A")
    second.close()
    events, _ = _tables(table(folder))
    assert events.loc[events["kind"] == "point", "start_frame"].tolist() == [33, 100, 200, 300]


def test_two_versions_of_one_event_are_told(coded):
    folder, coding = coded
    rest, walk = (coding.track("A", name).events[0].event_id for name in ("rest", "walk"))
    first, second = opened(folder), opened(folder)
    first.do(edit.move, rest, stop=40)
    first.do(edit.move, walk, start=5)
    second.do(edit.move, rest, stop=50)
    second.do(edit.delete, walk)
    second.close()
    first.close()
    told = [text for text in first.notices if "is kept" in text]
    assert len(told) == 2
    assert "rest of A 20-40: another session changed it too (rest of A 20-60)" in told[0]
    with opened(folder) as store:
        assert store.coding.events[rest].stop_frame == 50  # the second stands
        assert store.coding.events[walk].start_frame == 5  # nothing that was worked on is deleted
        store.undo()
        assert store.coding.events[rest].stop_frame == 40


def test_a_session_whose_journal_was_taken_over_goes_on_beside_it(coded):
    """As when a computer slept for days while somebody else coded."""
    folder, _ = coded
    first = opened(folder)
    first.do(edit.add, "peck", 100, subject="A")
    ours = read_journal(journal(folder)).lines[-1]
    fields = {"format": 1, "ends": [ours.session]}
    taker = Line(ours.seq + 1, "taker", "2030-01-01T00:00:00+00:00", "open", fields)
    append_durably(journal(folder), encode(taker))
    first.do(edit.add, "peck", 200, subject="A")
    assert first.is_second_writer
    assert [e.start_frame for e in first.coding.track("A", "peck").events] == [100, 200]


def test_a_journal_that_somebody_set_back_does_not_take_our_actions_with_it(coded):
    folder, _ = coded
    before = journal(folder).read_bytes()
    first = opened(folder)
    first.do(edit.add, "peck", 100, subject="A")
    journal(folder).write_bytes(before)  # as a synchronising program may
    first.do(edit.add, "peck", 200, subject="A")
    first.close()
    with opened(folder) as store:
        assert [e.start_frame for e in store.coding.track("A", "peck").events] == [100, 200]


@pytest.mark.parametrize(
    ("video", "annotator"),
    [
        ("v.mp4", "Ann"),
        ("a/b\\c:d?.mp4", "J. Doe"),
        ("con.mp4", "aux"),
        ("Vögel 100%~.avi", "名前"),
        (" .hidden.", "a.b.c."),
    ],
)
def test_any_names_give_files_that_tell_them(tmp_path, video, annotator):
    if video != video.strip():
        with pytest.raises(EthoprismError, match="no name for a video"):
            AnnotationPaths.of(tmp_path, video, annotator)
        video = video.strip()
    with AnnotationStore(tmp_path, video, annotator, rewrite_after=None) as store:
        store.do(edit.add, "walk", 0, 5)
    assert names_in(tmp_path) == [(video, annotator)]
    for path in tmp_path.iterdir():
        assert not set('<>:"/\\|?*') & set(path.name) and path.name[-1] not in ". "
        assert path.name.split(".")[0].lower() not in ("con", "aux")


def test_long_names_and_names_that_differ_in_case(tmp_path):
    paths = [AnnotationPaths.of(tmp_path, letter * 300, "n" * 200) for letter in "ab"]
    assert len({path.stem for path in paths}) == 2
    assert all(len(path.journal.name) < 220 for path in paths)
    AnnotationStore(tmp_path, "b" * 300, "n" * 200, rewrite_after=None).close()
    assert names_in(tmp_path) == [("b" * 300, "n" * 200)]
    AnnotationStore(tmp_path, "V.mp4", "Ann", rewrite_after=None).close()
    with pytest.raises(EthoprismError, match="differ only in upper and lower case"):
        AnnotationStore(tmp_path, "v.mp4", "Ann")


def test_backups_are_kept_by_age(tmp_path):
    paths = AnnotationPaths.of(tmp_path, "v.mp4", "Ann")
    start = pd.Timestamp("2024-01-01T00:00:00Z")
    for hours in range(0, 24 * 40, 6):
        moment = (start + pd.Timedelta(hours=hours)).to_pydatetime()
        keep_former(paths, str(hours).encode(), 600.0, moment)
        again = moment + pd.Timedelta(minutes=5).to_pytimedelta()
        assert keep_former(paths, b"", 600.0, again) is None
    kept = [int(path.read_bytes()) for path in former_tables(paths)]
    newest = list(range(24 * 40 - 6, 24 * 40 - 66, -6))
    last_of_day = [24 * day + 18 for day in range(39, 9, -1)]
    assert kept == sorted({*newest, *last_of_day}, reverse=True)


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
