"""Scenes, frames, captions and clips of the simulated laboratory."""

import hashlib
import itertools
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.simulated import (
    Recording,
    SceneSettings,
    random_clip,
    random_clips,
    simulate,
)
from ethoprism_domains.simulated.arena import Arena
from ethoprism_domains.simulated.settings import ARENAS, LIGHTINGS

SMALL = SceneSettings(size=(96, 96), frames=20, body_fraction=0.2)


def checksum(recording: Recording) -> str:
    digest = hashlib.sha256(recording.frames(0, 3).tobytes())
    digest.update(recording.labels.to_numpy().tobytes())
    digest.update(recording.tracks.position.to_numpy().tobytes())
    digest.update(recording.caption().encode())
    return digest.hexdigest()


@pytest.mark.parametrize(("name", "settings"), SceneSettings.presets().items())
def test_every_preset_makes_pictures_and_truth(name: str, settings: SceneSettings) -> None:
    recording = simulate(replace(settings, frames=3), 0)
    frames = recording.frames(0, 3)
    assert frames.shape == (3, *settings.size, 3), name
    assert frames.dtype == np.uint8
    assert frames.std() > 5
    assert recording.labels.shape == (3, settings.animals, len(settings.behaviors))
    assert recording.tracks.position.dims == ("time", "space", "individual")
    assert (np.diff(recording.tracks.time) > 0).all()


@pytest.mark.parametrize("arena", ARENAS)
@pytest.mark.parametrize("lighting", LIGHTINGS)
def test_the_animal_can_be_seen_in_every_arena_and_light(arena: str, lighting: str) -> None:
    recording = simulate(replace(SMALL, arena=arena, lighting=lighting, noise=0.0), 1)
    x, y = recording.tracks.position.to_numpy()[0, :, 0].round().astype(int)
    difference = recording.frame(0)[y, x].astype(int) - recording.stage.background[y, x]
    assert np.abs(difference).max() > 8


def test_frames_do_not_depend_on_how_they_are_asked_for() -> None:
    settings = replace(SMALL, animals=2, lighting="flicker", jpeg_quality=50, noise=6.0)
    whole = simulate(settings, 7).frames(0, 20)
    other = simulate(settings, 7)
    np.testing.assert_array_equal(other.frames(12, 17), whole[12:17])
    np.testing.assert_array_equal(other.frame(3), whole[3])
    np.testing.assert_array_equal(other.frames(0, 5), whole[:5])


def test_another_process_with_other_hashes_makes_the_same() -> None:
    expression = (
        "import hashlib; from ethoprism_domains.simulated import SceneSettings, simulate; "
        "r = simulate(SceneSettings(size=(96, 96), frames=20, body_fraction=0.2, animals=2), 5); "
        "d = hashlib.sha256(r.frames(0, 3).tobytes()); d.update(r.labels.to_numpy().tobytes()); "
        "d.update(r.tracks.position.to_numpy().tobytes()); d.update(r.caption().encode()); "
        "print(d.hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    done = subprocess.run(
        [sys.executable, "-c", expression], capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == checksum(simulate(replace(SMALL, animals=2), 5)), done.stderr


def test_seeds_differ() -> None:
    assert checksum(simulate(SMALL, 1)) != checksum(simulate(SMALL, 2))


def test_an_identity_keeps_its_looks_in_another_recording() -> None:
    known = replace(SMALL, identities=(77,))
    first, second = (simulate(known, seed).stage.actors[0] for seed in (1, 2))
    assert first.look == second.look
    assert first.course.length == second.course.length
    stranger = simulate(replace(SMALL, identities=(78,)), 1).stage.actors[0]
    assert stranger.course.length != first.course.length


@pytest.mark.parametrize("body", ["mouse", "fly", "fish"])
def test_an_opening_is_what_the_first_animal_begins_with(body: str) -> None:
    settings = replace(SMALL, body=body, animals=2)
    for opening in settings.behaviors:
        recording = simulate(replace(settings, opening=opening), 3)
        assert recording.labels.sel(behavior=opening).to_numpy()[:10, 0].any(), opening


@pytest.mark.parametrize("kind", ARENAS)
def test_clearance_at_a_point_agrees_with_the_map(kind: str) -> None:
    arena = Arena.fitting(kind, (60, 90))
    grid = arena.clearance_map((60, 90))
    for row, column in itertools.product(range(0, 60, 7), range(0, 90, 7)):
        assert arena.clearance(float(column), float(row)) == pytest.approx(
            grid[row, column], abs=1e-3
        )


@pytest.mark.parametrize("kind", ARENAS)
def test_who_is_confined_is_at_least_the_margin_from_the_wall(kind: str) -> None:
    arena = Arena.fitting(kind, (200, 300))
    for x, y in np.random.default_rng(0).uniform(-50, 350, (50, 2)):
        inside = arena.confine(float(x), float(y), 10.0)
        assert arena.clearance(*inside) > 9.9
        if arena.clearance(float(x), float(y)) > 10:
            assert inside == (x, y)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"body": "cow"}, "body"),
        ({"arena": "field"}, "arena"),
        ({"lighting": "moon"}, "lighting"),
        ({"animals": 4}, "animals"),
        ({"animals": 0}, "animals"),
        ({"frames": 0}, "frames"),
        ({"fps": 0.5}, "fps"),
        ({"size": (32, 320)}, "height"),
        ({"body_fraction": 0.5}, "body_fraction"),
        ({"identities": (1, 2)}, "identities"),
        ({"opening": "chasing"}, "opening"),
        ({"body": "fly", "opening": "rearing"}, "opening"),
    ],
)
def test_impossible_scenes_are_refused(changes: dict[str, object], where: str) -> None:
    with pytest.raises(EthoprismError) as caught:
        replace(SMALL, **changes)
    assert caught.value.where == where


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(EthoprismError, match="seed"):
        simulate(SMALL, -1)


@pytest.mark.parametrize(("start", "stop"), [(0, 21), (-1, 3), (5, 5), (9, 4)])
def test_frames_beyond_the_recording_are_refused(start: int, stop: int) -> None:
    recording = simulate(SMALL, 0)
    with pytest.raises(EthoprismError, match="recording of 20"):
        recording.frames(start, stop)
    with pytest.raises(EthoprismError):
        recording.caption(start, stop)


def test_captions_tell_the_body_and_what_it_does() -> None:
    words = {"grooming": ("groom", "clean"), "rearing": ("rear", "hind"), "running": ("r", "dash")}
    for opening, stems in words.items():
        recording = simulate(replace(SMALL, opening=opening), 6)
        caption = recording.caption(0, 4)
        assert "mouse" in caption
        assert any(stem in caption for stem in stems), caption
        assert caption[0].isupper()
        assert caption.endswith(".")


def test_captions_vary_in_words_but_not_between_calls() -> None:
    recording = simulate(replace(SMALL, opening="resting"), 6)
    assert recording.caption(0, 5) == recording.caption(0, 5)
    assert len({recording.caption(start, start + 3) for start in range(10)}) > 4


def test_infrared_shows_no_colours_and_captions_name_none() -> None:
    recording = simulate(replace(SMALL, lighting="night"), 2)
    frame = recording.frame(0)
    np.testing.assert_array_equal(frame[..., 0], frame[..., 2])
    shade = recording.stage.actors[0].look.shade
    captions = [recording.caption(start, stop) for start in range(8) for stop in (12, 20)]
    assert not any(shade in caption for caption in captions)


def test_clips_repeat_and_can_be_shared_among_workers() -> None:
    row = list(itertools.islice(random_clips(4, frames=3, size=64), 4))
    odd = list(itertools.islice(random_clips(4, frames=3, size=64, start=1, step=2), 2))
    for clip, again in zip((row[1], row[3]), odd, strict=True):
        np.testing.assert_array_equal(clip.frames, again.frames)
        assert clip.caption == again.caption
        assert clip.labels == again.labels
    assert len({clip.frames.tobytes() for clip in row}) == 4


def test_clips_are_varied_and_labelled() -> None:
    clips = [random_clip(0, number, frames=2, size=64) for number in range(24)]
    assert all(clip.frames.shape == (2, 64, 64, 3) for clip in clips)
    assert {clip.labels["body"] for clip in clips} == {"mouse", "fly", "fish"}
    assert len({clip.labels["behavior"] for clip in clips}) >= 7
    assert len({clip.labels["lighting"] for clip in clips}) >= 5
    assert len({clip.caption for clip in clips}) == 24
    for _, caption, labels in clips:
        assert labels["body"] in caption
    for clip in clips:
        shares = clip.labels["shares"]
        assert clip.labels["behavior"] == "" or shares[clip.labels["behavior"]] == max(
            shares.values()
        )
