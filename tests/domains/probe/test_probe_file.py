import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from safetensors.numpy import load_file, save_file

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.probe import (
    KINDS,
    Probe,
    Samples,
    load_probe,
    predict_video,
    save_probe,
    train_probe,
)

Make = Callable[..., tuple[xr.Dataset, xr.Dataset]]


@pytest.fixture(scope="module", params=KINDS)
def probe(request: pytest.FixtureRequest, samples: Samples) -> Probe:
    quick = {} if request.param == "linear" else {"steps": 20, "batch_size": 16}
    exclusive = [("rear", "groom")] if request.param == "linear" else []
    if exclusive:
        kept = ~(samples.y == 1).all(axis=1)
        samples = _rows(samples, kept)
    return train_probe(samples, "mice", request.param, quick, exclusive).probe


@pytest.fixture(scope="module")
def linear(samples: Samples) -> Probe:
    return train_probe(samples, "mice", "linear").probe


def _rows(samples: Samples, kept: np.ndarray) -> Samples:
    from dataclasses import replace

    names = ("X", "y", "groups", "recording", "individual", "frame")
    return replace(samples, **{name: getattr(samples, name)[kept] for name in names})


def test_a_probe_comes_back_as_it_was(probe: Probe, recording: Make, tmp_path: Path) -> None:
    store, _ = recording("new.mp4", seed=50)
    path = save_probe(probe, tmp_path / "probes" / "mice")
    again = load_probe(path)
    xr.testing.assert_identical(predict_video(again, store), predict_video(probe, store))
    assert again.estimator.get_params() == probe.estimator.get_params()
    assert again.processing == probe.processing
    assert again.source == probe.source
    assert dict(again.training) == dict(probe.training)
    assert (again.name, again.kind, again.behaviors) == (probe.name, probe.kind, probe.behaviors)


def test_a_probe_is_two_files_under_any_of_their_names(linear: Probe, tmp_path: Path) -> None:
    save_probe(linear, tmp_path / "mice.v2")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mice.v2.json",
        "mice.v2.safetensors",
    ]
    for name in ("mice.v2", "mice.v2.json", "mice.v2.safetensors"):
        assert load_probe(tmp_path / name).name == "mice"


def test_the_card_can_be_read(linear: Probe, tmp_path: Path) -> None:
    save_probe(linear, tmp_path / "mice")
    card = json.loads((tmp_path / "mice.json").read_text(encoding="utf-8"))
    assert card["kind"] == "linear"
    assert card["behaviors"] == ["rear", "groom"]
    assert card["features"]["encoder_fingerprint"] == "1234"
    assert card["features"]["clip_frames"] == 16
    assert len(card["post_processing"]["rules"]) == 2
    assert card["training"]["videos"] == ["video_0.mp4", "video_1.mp4", "video_2.mp4"]


def edit_card(folder: Path, **changes: object) -> None:
    path = folder / "mice.json"
    card = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(card), encoding="utf-8")


def test_missing_files_are_told(linear: Probe, tmp_path: Path) -> None:
    with pytest.raises(EthoprismError, match=r"no such file.*mice\.json.*two files"):
        load_probe(tmp_path / "mice")
    path = save_probe(linear, tmp_path / "mice")
    path.unlink()
    with pytest.raises(EthoprismError, match=r"no such file.*mice\.safetensors"):
        load_probe(path)


def test_damaged_arrays_are_refused(linear: Probe, tmp_path: Path) -> None:
    path = save_probe(linear, tmp_path / "mice")
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(EthoprismError, match="damaged, or not the one"):
        load_probe(path)


def test_the_arrays_of_another_probe_are_refused(linear: Probe, tmp_path: Path) -> None:
    path = save_probe(linear, tmp_path / "mice")
    arrays = load_file(path)
    save_file({name: array * 0.5 for name, array in arrays.items()}, path)
    with pytest.raises(EthoprismError, match="damaged, or not the one"):
        load_probe(path)


@pytest.mark.parametrize("text", ["{", "[1, 2]", '{"format": "something else"}'])
def test_what_is_no_card_is_refused(linear: Probe, tmp_path: Path, text: str) -> None:
    save_probe(linear, tmp_path / "mice")
    (tmp_path / "mice.json").write_text(text, encoding="utf-8")
    with pytest.raises(EthoprismError, match="card"):
        load_probe(tmp_path / "mice")


def test_a_later_format_is_refused(linear: Probe, tmp_path: Path) -> None:
    save_probe(linear, tmp_path / "mice")
    edit_card(tmp_path, format_version=2)
    with pytest.raises(EthoprismError, match="of version 2, this program reads version 1"):
        load_probe(tmp_path / "mice")


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "huge"},
        {"behaviors": ["rear"]},
        {"settings": {"exclusive": [], "depth": 3}},
        {"features": {"encoder": "classical"}},
        {"post_processing": {"rules": [{"threshold": 7}], "exclusive": []}},
        {"training": None, "individuals": "two"},
    ],
)
def test_a_card_that_contradicts_itself_is_refused(
    linear: Probe, tmp_path: Path, changes: dict[str, object]
) -> None:
    save_probe(linear, tmp_path / "mice")
    edit_card(tmp_path, **changes)
    with pytest.raises(EthoprismError):
        load_probe(tmp_path / "mice")


def test_arrays_that_do_not_fit_the_card_are_all_named(linear: Probe, tmp_path: Path) -> None:
    save_probe(linear, tmp_path / "mice")
    edit_card(tmp_path, kind="attention", settings={"exclusive": []})
    with pytest.raises(EthoprismError, match=r"head/bias is missing.*coefficients is unexpected"):
        load_probe(tmp_path / "mice")


def test_a_failed_write_leaves_the_old_probe(
    linear: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_probe(linear, tmp_path / "mice")
    before = path.read_bytes()

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(EthoprismError, match="cannot write"):
        save_probe(linear, tmp_path / "mice")
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert load_probe(path).name == "mice"
