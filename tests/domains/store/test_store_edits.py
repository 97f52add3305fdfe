"""Tables that other hands have edited, and files of other versions."""

import pytest

from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.store.journal import Line, encode

from .conftest import edited_by_hand, journal, opened, table


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
