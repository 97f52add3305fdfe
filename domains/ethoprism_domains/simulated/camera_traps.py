"""A made study of camera traps, whose truth is known: who came when, and what the clips show.

Each site has a background of its own, by day and in infrared at night, and one species that comes
there more often than the other: so the background foretells the species, as it does in the field.
Animals come at hours of their species; a visit leaves one clip or a burst of them, and wind leaves
clips without an animal.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism_core.files import write_text
from ethoprism_domains.simulated.files import write_table, write_video
from ethoprism_domains.simulated.recording import Recording, simulate
from ethoprism_domains.simulated.settings import SceneSettings
from ethoprism_domains.simulated.streams import stream
from ethoprism_domains.simulated.trap_plan import (
    AHEAD_S,
    BLANK,
    BODY_OF,
    START,
    TIME_ZONE,
    TrapClip,
    TrapSettings,
    is_night,
    plan_traps,
)


def write_traps(
    folder: str | Path,
    settings: TrapSettings,
    progress: Callable[[int, int], None] | None = None,
) -> list[TrapClip]:
    """Write a study: a folder of clips for each site, ``deployments.csv`` and ``clips.csv``.

    ``truth/clips.csv`` tells what is true of each clip, and ``truth/detections.json`` boxes in
    MegaDetector's layout, taken from the truth: every animal, and nothing else.

    Parameters
    ----------
    progress
        Called with the clips that are done, and all.

    Returns
    -------
    The clips that were written.

    Raises
    ------
    EthoprismError
        If a file cannot be written.
    """
    folder = Path(folder)
    clips = plan_traps(settings)
    backgrounds = {}
    images = []
    for done, clip in enumerate(clips, 1):
        lighting = "night" if is_night(clip.time) else "day"
        place = (clip.site, lighting)
        if place not in backgrounds:
            backgrounds[place] = _site_scene(settings, clip.site, lighting)
        recording = _film(clip, settings, backgrounds[place])
        write_video(recording, folder / clip.file)
        images.append(_detected(clip, recording, settings))
        if progress is not None:
            progress(done, len(clips))
    write_table(_deployments(settings), folder / "deployments.csv")
    write_table(pd.DataFrame([_row(clip) for clip in clips]), folder / "clips.csv")
    write_table(pd.DataFrame([vars(clip) for clip in clips]), folder / "truth" / "clips.csv")
    content = {
        "info": {"format_version": "1.5", "detector": "the truth of the made study"},
        "detection_categories": {"1": "animal", "2": "person", "3": "vehicle"},
        "images": images,
    }
    write_text(folder / "truth" / "detections.json", json.dumps(content, indent=1) + "\n")
    return clips


def _scene(settings: TrapSettings, body: str, lighting: str, opening: str = "") -> SceneSettings:
    return SceneSettings(
        body=body,
        arena="square",
        lighting=lighting,
        frames=settings.frames,
        fps=settings.fps,
        size=settings.size,
        body_fraction=settings.body_fraction,
        objects=2,
        opening=opening,
    )


def _site_scene(settings: TrapSettings, site: str, lighting: str) -> Recording:
    seed = int(stream(settings.seed, "background", *site.encode()).integers(1 << 31))
    return simulate(_scene(settings, "mouse", lighting), seed)


def _film(clip: TrapClip, settings: TrapSettings, site: Recording) -> Recording:
    """Set a clip's animal before the background of its site, in its light."""
    scene = _scene(
        settings, BODY_OF.get(clip.species, "mouse"), site.settings.lighting, clip.behavior
    )
    recording = simulate(scene, clip.seed)
    light = replace(site.stage.light, colourless=site.settings.lighting == "night")
    actors = recording.stage.actors if clip.species and settings.visible else ()
    stage = replace(recording.stage, background=site.stage.background, light=light, actors=actors)
    return replace(recording, stage=stage)


def _deployments(settings: TrapSettings) -> pd.DataFrame:
    rng = stream(settings.seed, "places")
    return pd.DataFrame(
        {
            "deployment": [f"site-{number + 1}" for number in range(settings.sites)],
            "site": [f"site-{number + 1}" for number in range(settings.sites)],
            "latitude": np.round(rng.uniform(-1.5, -1.0, settings.sites), 4),
            "longitude": np.round(rng.uniform(36.5, 37.1, settings.sites), 4),
            "start": START.isoformat(),
            "end": (START + timedelta(days=settings.days)).isoformat(),
            "time_zone": TIME_ZONE,
            "clock_ahead_s": [AHEAD_S if n == 1 else 0 for n in range(settings.sites)],
        }
    )


def _row(clip: TrapClip) -> dict[str, str]:
    return {
        "file": clip.file,
        "species": clip.species or BLANK,
        "behavior": clip.behavior,
        "annotator": "truth",
    }


def _detected(clip: TrapClip, recording: Recording, settings: TrapSettings) -> dict[str, object]:
    """Give the truth of a clip as a detector's result, of every second frame."""
    frames = list(range(0, settings.frames, 2))
    found = []
    if recording.stage.actors:
        height, width = settings.size
        scale = np.array([width, height])
        tracks = recording.tracks
        for frame in frames:
            centre, shape = (
                tracks[name].to_numpy()[frame, :, 0] / scale for name in ("position", "shape")
            )
            box = [*(centre - shape / 2), *shape]
            found.append(
                {
                    "category": "1",
                    "conf": 0.9,
                    "bbox": [round(float(value), 4) for value in box],
                    "frame_number": frame,
                }
            )
    return {
        "file": clip.file,
        "frame_rate": settings.fps,
        "frames_processed": frames,
        "detections": found,
    }
