"""Vocabularies learned from captions."""

import pytest

from ethoprism_core.encoders import hub
from ethoprism_core.errors import EthoprismError
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining.data import learn_vocabulary, public_vocabulary

CAPTIONS = ["A mouse grooms itself.", "Two flies walk on a round floor.", "A fish darts off."] * 10


def test_a_vocabulary_is_learned_and_the_same_again(tmp_path):
    for name in ("a", "b"):
        learn_vocabulary(CAPTIONS, tmp_path / f"{name}.model", 80)
    assert (tmp_path / "a.model").read_bytes() == (tmp_path / "b.model").read_bytes()
    ids, paddings = Tokenizer(tmp_path / "a.model", 32)(CAPTIONS[:3])
    assert 0 < ids.max() < 80
    assert len({tuple(row) for row in ids.tolist()}) == 3
    assert (paddings.sum(1) < 32).all()
    unknown = 0
    assert not ((ids == unknown) & (paddings == 0)).any()


@pytest.mark.parametrize("captions", [[], ["", "..."]])
def test_nothing_to_learn_from(tmp_path, captions):
    with pytest.raises(EthoprismError, match="no captions"):
        learn_vocabulary(captions, tmp_path / "v.model", 80)
    assert not list(tmp_path.iterdir())


def test_a_size_that_is_too_small_for_the_letters(tmp_path):
    with pytest.raises(EthoprismError, match="cannot learn a vocabulary of 3 pieces"):
        learn_vocabulary(CAPTIONS, tmp_path / "v.model", 3)


def test_the_public_vocabulary_is_used_only_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("ETHOPRISM_CACHE", str(tmp_path))
    assert public_vocabulary() is None
    (tmp_path / hub.VOCABULARY.name).write_bytes(b"x")
    assert public_vocabulary() == tmp_path / hub.VOCABULARY.name
