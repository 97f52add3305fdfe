"""The tokenizer against the reference's cases, and its behaviour on any vocabulary."""

import json
from pathlib import Path

import numpy as np
import pytest
import sentencepiece

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model.tokenizer import Tokenizer, canonical_text

CASES = json.loads(
    (Path(__file__).parent / "golden" / "tokenizer_cases.json").read_text(encoding="utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["canonical"][:20])
def test_canonical_text(case):
    assert canonical_text(case["text"]) == case["canonical"]


def test_the_reference_s_ids(golden):
    tokenizer = Tokenizer(golden / "test_spm.model")
    ids, paddings = tokenizer([case["text"] for case in CASES])
    np.testing.assert_array_equal(ids, [case["ids"] for case in CASES])
    np.testing.assert_array_equal(paddings, [case["paddings"] for case in CASES])


@pytest.fixture(scope="module")
def make_vocabulary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabulary")
    rng = np.random.default_rng(0)
    words = ["mouse", "fly", "grooms", "walks", "video", "rearing", "chases", "the", "of", "a"]
    corpus = [" ".join(rng.choice(words, 6)) + "." for _ in range(300)]

    def make(name, **options):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus),
            model_prefix=str(folder / name),
            vocab_size=60,
            hard_vocab_limit=False,
            minloglevel=2,
            **options,
        )
        return folder / f"{name}.model"

    return make


def test_the_first_piece_where_the_vocabulary_has_one(make_vocabulary):
    with_start = Tokenizer(make_vocabulary("with", bos_id=1), length=12)(["the fly walks"])[0]
    without = Tokenizer(make_vocabulary("without", bos_id=-1), length=12)(["the fly walks"])[0]
    assert with_start[0, 0] == 1
    assert np.count_nonzero(with_start) == np.count_nonzero(without) + 1


def test_long_texts_are_cut_and_short_ones_padded(make_vocabulary):
    tokenizer = Tokenizer(make_vocabulary("words"), length=8)
    ids, paddings = tokenizer(["the fly walks " * 20, "a"])
    assert ids.shape == paddings.shape == (2, 8)
    assert not paddings[0].any()
    assert paddings[1, -1] == 1
    np.testing.assert_array_equal(ids[paddings == 1], 0)


def test_no_texts(make_vocabulary):
    ids, paddings = Tokenizer(make_vocabulary("none"))([])
    assert ids.shape == paddings.shape == (0, 64)


@pytest.mark.parametrize("content", [b"", b"no vocabulary"])
def test_a_damaged_vocabulary(tmp_path, content):
    path = tmp_path / "bad.model"
    path.write_bytes(content)
    with pytest.raises(EthoprismError, match="cannot read the text vocabulary"):
        Tokenizer(path)


def test_a_missing_vocabulary(tmp_path):
    with pytest.raises(EthoprismError, match="cannot read the text vocabulary"):
        Tokenizer(tmp_path / "nowhere.model")
