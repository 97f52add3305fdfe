"""Several sessions at once: nothing of either is lost."""

from pathlib import Path

import pandas as pd

from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.editing import Coding
from ethoprism_domains.annotation.store import (
    append_durably,
    read_journal,
)
from ethoprism_domains.annotation.store.journal import Line, encode
from ethoprism_domains.formats import read_events

from .conftest import journal, opened, table


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
