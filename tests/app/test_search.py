"""Searching by example and by words, from Python and the command line."""

from pathlib import Path

import av
import cv2
import numpy as np
import pandas as pd
import pytest
import sentencepiece

import ethoprism as ep
from ethoprism.cli import main
from ethoprism_core.encoders import hub
from ethoprism_core.encoders.videoprism import load_video_text, vocabulary_beside
from ethoprism_core.model import VideoTextConfig

WEIGHTS = Path(__file__).parents[1] / "core_model" / "golden" / "videotext_tiny_weights.npz"


@pytest.fixture(scope="module")
def text_model(tmp_path_factory):
    """A tiny video-text model with a vocabulary of its own beside its weights."""
    checkpoint = tmp_path_factory.mktemp("modèle") / "tiny.npz"
    checkpoint.write_bytes(WEIGHTS.read_bytes())
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a video of a mouse grooming.", "two flies walk."] * 20),
        model_prefix=str(vocabulary_beside(checkpoint).with_suffix("")),
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return load_video_text("tiny-text", VideoTextConfig.tiny(), checkpoint)


def search(*arguments: object) -> int:
    return main(["search", *map(str, arguments)])


@pytest.fixture(scope="module")
def restless(tmp_path_factory) -> Path:
    """A video of a square that shakes from frame 40 to 80, 120 to 160 and 200 to 240."""
    path = tmp_path_factory.mktemp("videos") / "restless.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(240):
            picture = np.full((64, 64, 3), 90, np.uint8)
            left = 26 + (number // 40 % 2) * 8 * (number % 2)
            picture[26:38, left : left + 12] = 220
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_an_example_finds_moments_of_its_kind(restless, tmp_path, capsys):
    command = ["--like", f"{restless}@60", restless, "--whole", "--stride", 4, "--count", 4]
    assert search(*command, "--features", tmp_path, "--out", tmp_path / "öut") == 0
    assert "restless.mp4" in capsys.readouterr().out
    found = pd.read_csv(tmp_path / "öut" / "search.csv")
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    assert found["score"].is_monotonic_decreasing
    assert (found["score"].abs() <= 1).all()
    # none nearer than two seconds to the example, so one in each of the other two spells
    best = sorted(found["frame"].head(2))
    assert 120 <= best[0] < 160
    assert 200 <= best[1] < 240
    assert found["score"][1] > 0.5 > found["score"][2]
    sheet = cv2.imread(str(tmp_path / "öut" / "search.png"))
    assert sheet is not None and sheet.std() > 10


def test_the_list_is_of_different_moments(tiny_study):
    video = tiny_study.videos[1]
    encoder = ep.load_encoder("classical")
    found = ep.search(
        video,
        like=(video, 60),
        encoder=encoder,
        stride=5,
        follow=0,
        apart_s=0.1,
        features=tiny_study.features,
    )
    times = sorted([*found.moments["time_s"], *found.example["time_s"]])
    assert len(times) > 3
    assert min(np.diff(times)) >= (encoder.clip_frames - 1) / 15 - 1e-9
    assert found.example["frame"].tolist() == [60]
    assert found.moments["individual"].tolist() == [""] * len(found.moments)


def test_words_are_ranked_by_the_model_s_own_embeddings(text_model, tiny_study, tmp_path):
    found = ep.search(
        tiny_study.videos[:2],
        "A mouse grooming.",
        encoder=text_model,
        stride=40,
        follow=0,
        apart_s=0.0,
        features=tmp_path,
    )
    words = text_model.embed_text(["a video of a mouse grooming"])[0]
    for row in found.moments.itertuples():
        with ep.Video(row.path) as video:
            frames = np.clip(np.arange(row.frame - 2, row.frame + 2), 0, len(video) - 1)
            size = (text_model.frame_size,) * 2
            pictures = [next(video.visit([int(n)], size))[1] for n in frames]
        clip = np.stack(pictures)[None].astype(np.float32) / 255
        assert row.score == pytest.approx(float(text_model.embed_video(clip)[0] @ words), abs=2e-3)
    assert len(found.moments) > 4
    assert found.example.empty


def test_followed_animals_are_shown_in_their_squares(text_model, tiny_study, tmp_path):
    found = ep.search(
        tiny_study.videos[0], "running", encoder=text_model, stride=30, follow=1, features=tmp_path
    )
    assert set(found.moments["individual"]) == {"animal_1"}
    assert all(path.is_file() for path in found.write(tmp_path / "out"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a mouse", "VIDEO", "--encoder", "classical"], "the encoder knows no texts, classical"),
        (["a mouse"], "no videos to search"),
        (["a mouse", "absent.mp4"], "no such file"),
        (["--like", "VIDEO@5000", "VIDEO"], "the example has no frame 5000"),
        (["--like", "VIDEO", "VIDEO"], "write VIDEO@FRAME"),
        (["--like", "absent.mp4@5", "VIDEO"], "no such file, absent.mp4"),
        (["--like", "VIDEO@5", "VIDEO", "--count", "0"], "moments must be at least 1"),
        ([" ", "VIDEO", "--encoder", "classical"], "no words to search for"),
    ],
)
def test_a_mistake_is_one_line(tiny_study, tmp_path, capsys, arguments, message):
    named = [word.replace("VIDEO", str(tiny_study.videos[0])) for word in arguments]
    common = ["--whole", "--stride", 5, "--features", tiny_study.features]
    assert search(*named, *common, "--out", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_weights_that_cannot_be_fetched_are_told_in_one_line(
    tiny_study, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("ETHOPRISM_CACHE", str(tmp_path / "cache"))
    name = "videoprism-lvt-base"
    monkeypatch.setitem(hub.WEIGHTS, name, hub.RemoteFile("http://127.0.0.1:9/w.npz", "w.npz"))
    assert search("a mouse", tiny_study.videos[0], "--out", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert told.startswith("error: cannot download")
    assert told.count("\n") == 1


def test_a_bad_video_does_not_stop_the_search(tiny_study, tmp_path, capsys):
    (tmp_path / "bad.mp4").write_bytes(b"not a video")
    video = tiny_study.videos[0]
    command = ["--like", f"{video}@50", tmp_path / "bad.mp4", video, "--whole", "--stride", 5]
    assert search(*command, "--features", tiny_study.features, "--out", tmp_path / "out") == 1
    told = capsys.readouterr()
    assert "1 of 2 videos failed" in told.err
    assert (tmp_path / "out" / "search.csv").is_file()


def test_a_sheet_shows_any_name_and_any_words(restless, tmp_path):
    video = tmp_path / "$5 for $3.mp4"
    video.write_bytes(restless.read_bytes())
    found = ep.search(video, like=(video, 20), encoder="classical", follow=0, features=tmp_path)
    assert found.moments["video"].unique().tolist() == [video.name]
    assert all(path.is_file() for path in found.write(tmp_path / "out"))


def test_a_search_is_for_words_or_an_example(tiny_study):
    with pytest.raises(ep.EthoprismError, match="words or an example"):
        ep.search(tiny_study.videos[0], encoder="classical")
