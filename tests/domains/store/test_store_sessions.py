"""The store from session to session: what is there again, undone, refused, and its files' names."""

import pandas as pd
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import editing as edit
from ethoprism_domains.annotation.editing import Coding
from ethoprism_domains.annotation.store import (
    AnnotationPaths,
    AnnotationStore,
    former_tables,
    names_in,
)
from ethoprism_domains.annotation.store.backups import keep_former
from ethoprism_domains.formats import read_events

from .conftest import ETHOGRAM, journal, opened, table


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
