"""MATLAB files of both kinds, written by SciPy and as MATLAB's HDF5 lays them out."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy import io

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.animal_behavior.flytracker import read_actions
from ethoprism_domains.animal_behavior.matlab import read_matlab

NAMES = ["lunge", "wing_threat"]
BOUTS = [[np.array([[1.0, 5, 0], [8, 9, 0]]), np.zeros((0, 3))], [np.zeros((0, 3))] * 2]


def write_version_5(path: Path) -> None:
    cells = np.empty((2, 2), object)
    for at in np.ndindex(2, 2):
        cells[at] = BOUTS[at[0]][at[1]]
    io.savemat(path, {"behs": np.array([NAMES], object), "bouts": cells}, do_compression=True)


def write_version_7_3(path: Path) -> None:
    """Cells are references to items of a group, axes are reversed, texts are numbers."""
    with h5py.File(path, "w", userblock_size=512) as file:
        held = file.create_group("#refs#")

        def cell(name: str, items: np.ndarray) -> None:
            refs = np.empty(items.T.shape, h5py.ref_dtype)
            for at in np.ndindex(items.shape):
                key = f"{name}{'_'.join(map(str, at))}"
                refs[at[::-1]] = hold(key, items[at]).ref
            file.create_dataset(name, data=refs).attrs["MATLAB_class"] = np.bytes_("cell")

        def hold(key: str, value: object) -> h5py.Dataset:
            if isinstance(value, str):
                item = held.create_dataset(key, data=np.array([[ord(c)] for c in value], "u2"))
                item.attrs["MATLAB_class"] = np.bytes_("char")
            elif np.size(value):
                item = held.create_dataset(key, data=np.asarray(value).T)
            else:
                item = held.create_dataset(key, data=np.array([0, 3], "u8"))
                item.attrs["MATLAB_empty"] = np.uint8(1)
            return item

        cell("behs", np.array([NAMES], object))
        cells = np.empty((2, 2), object)
        for at in np.ndindex(2, 2):
            cells[at] = BOUTS[at[0]][at[1]]
        cell("bouts", cells)
    with path.open("r+b") as plain:
        plain.write(b"MATLAB 7.3 MAT-file")


@pytest.mark.parametrize("write", [write_version_5, write_version_7_3])
def test_both_kinds_hold_the_same(tmp_path: Path, write):
    path = tmp_path / "movie1_actions.mat"
    write(path)
    found = read_actions(path, 20)
    assert found.names == ("lunge", "wing threat")
    assert (found.flies, found.impossible) == (2, 0)
    assert found.bouts == ((0, "lunge", 0, 5), (0, "lunge", 7, 9))


@pytest.mark.parametrize("write", [write_version_5, write_version_7_3])
def test_every_cut_ends_in_one_clear_error_or_the_same_content(tmp_path: Path, write):
    path = tmp_path / "movie1_actions.mat"
    write(path)
    content, whole = path.read_bytes(), read_actions(path)
    for length in np.linspace(1, len(content) - 1, 25).astype(int).tolist():
        path.write_bytes(content[:length])
        try:
            assert read_actions(path) == whole
        except EthoprismError as error:
            assert "movie1_actions.mat" in str(error)


def test_structs_are_mappings(tmp_path: Path):
    path = tmp_path / "track.mat"
    io.savemat(path, {"trk": {"names": "pos x", "data": np.arange(6.0).reshape(1, 2, 3)}})
    told = read_matlab(path, ("trk",))["trk"]
    assert told["names"] == "pos x"
    np.testing.assert_array_equal(told["data"], np.arange(6.0).reshape(1, 2, 3))


def test_programs_are_refused_and_nothing_is_run(tmp_path: Path):
    path = tmp_path / "a.mat"
    path.write_bytes(b"\x80\x04\x95cposix\nsystem\n(S'echo'\ntR.")  # a pickle
    with pytest.raises(EthoprismError, match="cannot be read as a MATLAB file"):
        read_matlab(path, ("behs",))


def test_a_variable_that_is_not_there_is_named(tmp_path: Path):
    path = tmp_path / "a.mat"
    io.savemat(path, {"other": 1})
    with pytest.raises(EthoprismError, match="it has no variable behs"):
        read_matlab(path, ("behs", "bouts"))
    with pytest.raises(EthoprismError, match="cannot read"):
        read_matlab(tmp_path / "none.mat", ("behs",))
