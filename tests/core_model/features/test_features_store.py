from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.store import FeatureWriter, open_features, partial_path

TOKENS = (2, 3, 3, 20_000)  # 720 kB a window: five windows in a chunk
WINDOWS = 13


def make_header(key="k1", individuals=None, windows=WINDOWS):
    header = xr.Dataset(
        {"frame_time": ("frame", np.arange(100) / 30)},
        coords={"window": np.arange(windows) * 8, "time": ("window", np.arange(windows) * 0.25)},
        attrs={"key": key, "layout": 1, "software_version": "0.1.0"},
    )
    if individuals is None:
        return header
    numbers = np.ones((windows, len(individuals), 2), np.float32)
    return header.assign_coords(
        individual=individuals, trajectory_feature=["speed", "tørn"]
    ).assign(trajectory=(("window", "individual", "trajectory_feature"), numbers))


def make_features(samples=WINDOWS, tokens=TOKENS, seed=0):
    return np.random.default_rng(seed).random((samples, *tokens), np.float32)


def write(path, header, features, batch=4, tokens=TOKENS):
    writer = FeatureWriter(path, header, tokens)
    for start in range(writer.done, len(features), batch):
        writer.append(features[start : start + batch])
    return writer


def test_what_is_written_is_read_back_lazily_with_names_and_times(tmp_path: Path):
    path = tmp_path / "Käfig 1" / "mäuse.zarr"
    tokens = (2, 3, 3, 5)
    features = make_features(WINDOWS * 2, tokens)
    header = make_header(individuals=["a", "bü"])
    write(path, header, features, tokens=tokens).finish()
    dataset = open_features(path)
    expected = features.reshape(WINDOWS, 2, *tokens).astype(np.float16)
    assert dataset.features.dims == (
        "window", "individual", "token_time", "token_row", "token_column", "feature"
    )  # fmt: skip
    assert dataset.features.dtype == np.float16
    assert not dataset.features.variable._in_memory
    assert np.array_equal(dataset.features, expected)
    assert np.array_equal(dataset.features.sel(window=16, individual="bü"), expected[2, 1])
    assert dataset.trajectory_feature.values.tolist() == ["speed", "tørn"]
    xr.testing.assert_identical(dataset.drop_vars("features"), header)


def test_no_store_until_it_is_finished(tmp_path: Path):
    path = tmp_path / "x.zarr"
    writer = write(path, make_header(), make_features())
    assert not path.exists()
    with pytest.raises(EthoprismError, match=r"no such feature store, .*x\.zarr"):
        open_features(path)
    with pytest.raises(EthoprismError, match="not finished"):
        open_features(partial_path(path))
    writer.finish()
    assert [p.name for p in tmp_path.iterdir()] == ["x.zarr"]


def test_a_second_writer_goes_on_after_the_last_whole_chunk(tmp_path: Path):
    path, features = tmp_path / "x.zarr", make_features()
    write(path, make_header(), features[:12])  # two chunks of five, and two windows in memory
    resumed = FeatureWriter(path, make_header(), TOKENS)
    assert resumed.done == 10
    resumed.append(features[10:])
    resumed.finish()
    assert np.array_equal(open_features(path).features, features.astype(np.float16))


def test_a_chunk_that_was_damaged_is_not_kept(tmp_path: Path):
    path, features = tmp_path / "x.zarr", make_features()
    write(path, make_header(), features[:10])
    zarr.open_group(partial_path(path), mode="r+")["features"][7, 0] = 0
    assert FeatureWriter(path, make_header(), TOKENS).done == 5


def test_a_truncated_chunk_is_not_kept(tmp_path: Path):
    path, features = tmp_path / "x.zarr", make_features()
    write(path, make_header(), features[:10])
    chunk = max((partial_path(path) / "features" / "c" / "0").rglob("*"))
    chunk.write_bytes(chunk.read_bytes()[:1000])
    assert FeatureWriter(path, make_header(), TOKENS).done == 0


def test_another_key_starts_anew_and_replaces(tmp_path: Path):
    path = tmp_path / "x.zarr"
    write(path, make_header("k1"), make_features()[:10])
    write(path, make_header("k2"), make_features(seed=1)).finish()
    assert open_features(path).attrs["key"] == "k2"
    write(path, make_header("k3"), make_features(seed=2)).finish()
    expected = make_features(seed=2).astype(np.float16)
    assert np.array_equal(open_features(path).features, expected)


def test_a_full_disk_is_one_line_and_costs_nothing_that_was_whole(tmp_path: Path, monkeypatch):
    path, features = tmp_path / "x.zarr", make_features()
    writer = write(path, make_header(), features[:6])
    with monkeypatch.context() as patch:
        patch.setattr(zarr.Array, "__setitem__", full_disk)
        with pytest.raises(EthoprismError, match=r"No space left.*x\.zarr.*check free space"):
            writer.append(features[6:])
    assert FeatureWriter(path, make_header(), TOKENS).done == 5


def full_disk(*_):
    raise OSError(28, "No space left on device")


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path):
    features = make_features()
    features[3, 0, 0, 0, 0] = np.nan
    with pytest.raises(EthoprismError, match="not finite, x, check its weights"):
        write(tmp_path / "x.zarr", make_header(), features)


def test_numbers_beyond_half_precision_are_held_at_its_limit(tmp_path: Path):
    tokens = (1, 1, 1, 2)
    features = np.full((2, *tokens), 1e6, np.float32)
    write(tmp_path / "x.zarr", make_header(windows=2), features, tokens=tokens).finish()
    assert np.all(open_features(tmp_path / "x.zarr").features == np.finfo(np.float16).max)


def test_what_is_no_feature_store_is_said_to_be_none(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    xr.Dataset({"a": ("x", [1, 2])}).to_zarr(tmp_path / "other", consolidated=False)
    for name in ("folder", "other"):
        with pytest.raises(EthoprismError, match=f"not a feature store, .*{name}, make it with"):
            open_features(tmp_path / name)


def test_a_store_of_another_layout_is_refused(tmp_path: Path):
    tokens = (1, 1, 1, 2)
    header = make_header(windows=2).assign_attrs(layout=99, software_version="9.0")
    write(tmp_path / "x.zarr", header, make_features(2, tokens), tokens=tokens).finish()
    with pytest.raises(EthoprismError, match=r"written by ethoprism 9\.0 in another layout"):
        open_features(tmp_path / "x.zarr")
