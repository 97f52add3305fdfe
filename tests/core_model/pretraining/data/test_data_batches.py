"""Batches: the same whoever reads them, from any position, with bad files counted."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from multiprocessing import active_children
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining import BatchIterator
from ethoprism_core.pretraining.data import (
    Batches,
    ClipShape,
    ImageCorpus,
    Reading,
    Span,
    VideoCorpus,
    Views,
    learn_vocabulary,
    natural_weights,
)

SHAPE = ClipShape(3, 16)
SHARED_MEMORY = Path("/dev/shm")


def take(batches, count):
    return [next(batches) for _ in range(count)]


def read(corpora, count=5, start=None, **reading):
    with Batches(corpora, Reading(SHAPE, **{"batch": 4, **reading})) as batches:
        if start is not None:
            batches.set_state(start)
        return take(batches, count)


def assert_same(some, others):
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        np.testing.assert_array_equal(one.video, other.video)
        assert (one.sources, one.corpus) == (other.sources, other.corpus)


@pytest.fixture
def images(tmp_path):
    spans = []
    for number in range(5):
        picture = np.full((20, 30, 3), 40 * number, np.uint8)
        path = tmp_path / f"{number}.png"
        path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
        spans.append(Span(path, caption="grey"))
    return ImageCorpus("images", tuple(spans), Views())


def test_batches_are_what_training_takes(corpus):
    with Batches([corpus], Reading(SHAPE, 4)) as batches:
        assert isinstance(batches, BatchIterator)
        batch = next(batches)
    assert batch.video.shape == (4, 3, 16, 16, 3)
    assert batch.corpus == "lab"
    assert len(batch.sources) == 4
    assert batch.text_ids is None


def test_workers_give_the_same_batches_as_none(corpus, images):
    corpora = [corpus, images]
    alone = read(corpora, 6)
    # a position is taken up by any number of workers
    assert_same(read(corpora, 4, position(corpora, 2), workers=2), alone[2:])
    assert active_children() == []


def position(corpora, count, **reading):
    with Batches(corpora, Reading(SHAPE, **{"batch": 4, **reading})) as batches:
        take(batches, count)
        return batches.get_state()


@pytest.mark.parametrize("count", [0, 1, 4, 7])
def test_a_run_goes_on_with_the_batches_that_would_have_come(corpus, count):
    whole = read([corpus], 9)
    state = position([corpus], count)
    assert_same(read([corpus], 9 - count, state), whole[count:])


def test_going_back_gives_the_same_batches_again(corpus):
    with Batches([corpus], Reading(SHAPE, 4)) as batches:
        start = batches.get_state()
        first = take(batches, 3)
        batches.set_state(start)
        assert_same(take(batches, 3), first)


def test_a_position_in_other_data_is_refused(corpus, images):
    state = position([corpus], 1)
    for others in ({"seed": 1}, {"batch": 6}):
        with pytest.raises(EthoprismError, match="not those that the run was begun with"):
            read([corpus], 1, state, **others)
    with pytest.raises(EthoprismError, match="not those"):
        read([corpus, images], 1, state)


def test_processes_share_out_each_batch(corpus):
    whole = read([corpus], 3)
    shares = [read([corpus], 3, process=n, processes=2) for n in range(2)]
    for batch, first, second in zip(whole, *shares, strict=True):
        np.testing.assert_array_equal(batch.video, np.concatenate([first.video, second.video]))


def test_an_epoch_holds_every_clip_once(corpus):
    batches = read([corpus], 6, batch=3)
    for epoch in (batches[:3], batches[3:]):
        names = [source.split(",")[0] for batch in epoch for source in batch.sources]
        assert sorted(names) == sorted(["0.mp4", "1.mp4", "2.mp4"] * 3)
    assert batches[0].sources != batches[3].sources


def test_a_batch_is_of_one_corpus_and_weights_hold(corpus, images):
    reading = Reading(ClipShape(1, 4), 1)
    with Batches([corpus, images], reading, weights=[3.0, 1.0]) as batches:
        names = [next(batches).corpus for _ in range(256)]
    assert names.count("lab") == pytest.approx(192, abs=1)
    for batch in read([corpus, images], 12):
        assert batch.video.shape[1] == (1 if batch.corpus == "images" else 3)


def test_bad_files_are_skipped_and_counted(videos, tmp_path):
    truncated = tmp_path / "truncated.mp4"
    truncated.write_bytes(videos[0].read_bytes()[:800])
    missing = tmp_path / "missing.mp4"
    spans = (*map(Span, videos), Span(truncated), Span(missing))
    corpus = VideoCorpus("lab", spans, Views())
    found = {}
    for workers in (0, 1):
        with Batches([corpus], Reading(SHAPE, 5, workers=workers)) as batches:
            found[workers] = take(batches, 3), dict(batches.skipped)
    assert_same(found[0][0], found[1][0])
    skipped = found[0][1]
    assert skipped == found[1][1]
    assert set(skipped) == {str(truncated), str(missing)}
    assert "no such file" in skipped[str(missing)]
    assert len(found[0][0][0]) == 5


def test_nothing_that_can_be_read_is_one_error(tmp_path):
    corpus = VideoCorpus("lab", (Span(tmp_path / "a.mp4"),))
    with Batches([corpus], Reading(SHAPE, 2)) as batches:
        with pytest.raises(EthoprismError, match="lab, the last one: no such file") as caught:
            next(batches)
        assert str(caught.value).endswith("check the path")


def test_captions_become_pieces(corpus, tmp_path):
    learn_vocabulary([span.caption for span in corpus.spans] * 5, tmp_path / "v.model", 40)
    tokenizer = Tokenizer(tmp_path / "v.model", 8)
    with Batches([corpus], Reading(SHAPE, 4), tokenizer=tokenizer) as batches:
        batch = next(batches)
    texts = [f"animal {source[0]} walks" for source in batch.sources]
    ids, paddings = tokenizer(texts)
    np.testing.assert_array_equal(batch.text_ids, ids)
    np.testing.assert_array_equal(batch.text_paddings, paddings)


def test_mistakes_are_told(corpus, videos, tmp_path):
    silent = VideoCorpus("silent", tuple(map(Span, videos)))
    learn_vocabulary(["a mouse walks"] * 5, tmp_path / "v.model", 20)
    with pytest.raises(EthoprismError, match="without captions"):
        Batches([corpus, silent], Reading(SHAPE, 4), tokenizer=Tokenizer(tmp_path / "v.model"))
    with pytest.raises(EthoprismError, match="nothing to train on"):
        Batches([], Reading(SHAPE, 4))
    with pytest.raises(EthoprismError, match="2 weights for 1 corpora"):
        Batches([corpus], Reading(SHAPE, 4), weights=[1.0, 2.0])
    with pytest.raises(EthoprismError, match="batch does not divide"):
        Reading(SHAPE, 5, processes=2)


def test_natural_weights_count_clips(corpus, images):
    class Endless:
        name, count, captioned = "endless", None, True

        def sample(self, number, rng, shape):
            return corpus.sample(0, rng, shape)

    assert natural_weights([corpus, images, Endless()]) == [9, 5, 14]
    assert natural_weights([Endless()]) == [1]


def test_a_killed_worker_is_one_error_and_leaves_nothing(corpus):
    with Batches([corpus], Reading(SHAPE, 4, workers=1)) as batches:
        next(batches)
        [worker] = active_children()
        worker.kill()
        with pytest.raises(EthoprismError, match="a process that reads videos died"):
            for _ in range(200):
                next(batches)
    deadline = time.monotonic() + 60
    while active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert active_children() == []


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_workers_end_with_the_program_however_it_ends(videos, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(f"""
        import sys, time
        from multiprocessing import active_children
        from pathlib import Path
        from ethoprism_core.pretraining.data import Batches, ClipShape, Reading, Span, VideoCorpus

        if __name__ == "__main__":
            corpus = VideoCorpus("lab", (Span(Path({str(videos[0])!r})),))
            batches = Batches([corpus], Reading(ClipShape(3, 16), 4, workers=1))
            next(batches)
            print(*(child.pid for child in active_children()), flush=True)
            time.sleep(600)
        """),
        encoding="utf-8",
    )
    shared = set(SHARED_MEMORY.glob("*"))
    running = subprocess.Popen(
        [sys.executable, program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    pids = [int(pid) for pid in running.stdout.readline().split()]
    assert len(pids) == 1
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    deadline = time.monotonic() + 60
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(psutil.pid_exists, pids))
    assert set(SHARED_MEMORY.glob("*")) <= shared
