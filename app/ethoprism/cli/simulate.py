"""Make a simulated study: videos with exactly known behaviour."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ethoprism_domains.simulated import SceneSettings

_PRESETS = {
    ("mouse", False): "open_field",
    ("mouse", True): "mouse_pair",
    ("fly", False): "fly_bowl",
    ("fly", True): "fly_bowl",
    ("fish", False): "fish_tank",
    ("fish", True): "fish_tank",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this verb's arguments."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    parser.add_argument("--videos", type=int, default=6, metavar="N", help="how many (default: 6)")
    parser.add_argument(
        "--seconds", type=float, default=60.0, metavar="S", help="of each video (default: 60)"
    )
    parser.add_argument("--fps", type=float, default=30.0, help="frames a second (default: 30)")
    parser.add_argument(
        "--size", type=int, default=320, metavar="PX", help="height and width (default: 320)"
    )
    parser.add_argument(
        "--animals", type=int, default=1, metavar="N", help="in each video, 1 to 3 (default: 1)"
    )
    parser.add_argument("--body", choices=("mouse", "fly", "fish"), default="mouse")
    parser.add_argument(
        "--seed", type=int, default=0, help="the same seed makes the same study (default: 0)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Simulate and write the study, and say what was written."""
    from ethoprism.cli import console
    from ethoprism_domains.simulated import plan_study, write_study

    videos = plan_study(_scene(arguments), arguments.videos, arguments.seed)
    with console.progress("simulating") as progress:
        paths = write_study(arguments.out, videos, progress)
    for path in paths:
        console.result(str(path))
    return 0


def _scene(arguments: argparse.Namespace) -> "SceneSettings":
    from dataclasses import replace

    from ethoprism_core.errors import EthoprismError
    from ethoprism_domains.simulated import SceneSettings

    if not arguments.seconds > 0:
        raise EthoprismError(
            f"expected more than 0 seconds, got {arguments.seconds:g}", "--seconds", "change it"
        )
    preset = SceneSettings.presets()[_PRESETS[arguments.body, arguments.animals > 1]]
    scene = replace(
        preset,
        animals=arguments.animals,
        fps=arguments.fps,
        size=(arguments.size, arguments.size),
    )
    return scene.lasting(arguments.seconds)
