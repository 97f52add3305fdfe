import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Rectangle, Region, plain_regions, read_regions


def test_pixels_stay_where_they_are():
    assert Region.parse("face", "12,4,30,20").rectangle((48, 64)) == Rectangle(12, 4, 30, 20)


def test_shares_fit_a_picture_of_any_size():
    region = Region.parse("paws", "25%,50%,50%,50%")
    assert region.rectangle((48, 64)) == Rectangle(16, 24, 32, 24)
    assert region.rectangle((480, 640)) == Rectangle(160, 240, 320, 240)


@given(
    st.integers(0, 99), st.integers(0, 99), st.integers(1, 99), st.integers(1, 99), st.booleans()
)
def test_plain_boxes_give_the_regions_back(left, top, width, height, in_shares):
    mark = "%" if in_shares else ""
    box = ",".join(f"{number}{mark}" for number in (left, top, width, height))
    regions = read_regions({"one": box, "two": box})
    assert read_regions(plain_regions(regions)) == regions
    assert plain_regions(regions)["two"] == box


def test_a_list_of_numbers_is_a_box_too():
    assert read_regions({"face": [1, 2, 3, 4]}) == read_regions({"face": "1,2,3,4"})


@pytest.mark.parametrize("box", ["1,2,3", "1,2,3,x", "1%,2,3,4", "1,2,0,4", "-1,2,3,4", [1, 2], 7])
def test_a_box_that_is_none_is_refused_by_name(box):
    with pytest.raises(EthoprismError, match="whiskers"):
        read_regions({"whiskers": box})


@pytest.mark.parametrize("name", ["", "a=b", "a;b", "a,b"])
def test_names_that_stores_could_not_tell_apart_are_refused(name):
    with pytest.raises(EthoprismError, match="no name of a region"):
        read_regions({name: "1,2,3,4"})


@pytest.mark.parametrize("box", ["60,0,5,5", "0,44,5,5", "90%,0%,20%,10%"])
def test_what_is_not_inside_the_picture_is_refused(box):
    with pytest.raises(EthoprismError, match="64 pixels wide and 48 high"):
        Region.parse("face", box).rectangle((48, 64))


def test_two_regions_of_one_name_are_refused():
    with pytest.raises(EthoprismError, match="one name"):
        plain_regions([Region("face", 0, 0, 1, 1), Region("face", 1, 1, 1, 1)])
