"""How a project's videos are embedded, by its ``project.yaml``."""

from dataclasses import fields
from typing import Any

from ethoprism.defaults import DEFAULT_ENCODER
from ethoprism.options import EmbedOptions
from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import plain_regions, read_regions


def project_options(project: Project) -> EmbedOptions:
    """Read from ``project.yaml`` how the project's videos are embedded.

    Raises
    ------
    EthoprismError
        If it names what is no option, or a value that cannot be.
    """
    known = {field.name for field in fields(EmbedOptions)} - {"encoder"}
    given: dict[str, Any] = dict(project.embedding)
    if unknown := sorted(set(given) - known):
        told = f"unknown options {', '.join(unknown)} under embedding"
        raise EthoprismError(told, project.file, f"choose among {', '.join(sorted(known))}")
    crop = given.get("crop")
    if crop is not None:
        if not (isinstance(crop, list | tuple) and len(crop) == 4):
            raise EthoprismError(f"the crop {crop!r}", project.file, "write [left, top, w, h]")
        given |= {"crop": tuple(int(number) for number in crop), "follow": 0}
    if given.get("regions") is not None:
        regions = read_regions(given["regions"])
        given |= {"regions": plain_regions(regions), "follow": 0}
    return EmbedOptions(encoder=project.encoder or DEFAULT_ENCODER, **given)
