"""Where an ethogram can be taken from: another project, a BORIS project, or a small template."""

from pathlib import Path

from ethoprism.project import read_ethogram
from ethoprism_domains.annotation import Behavior, Ethogram, Modifier, Subject, exclusive
from ethoprism_domains.formats.boris import read_project_ethogram

IMPORT_FILTER = "Ethograms (project.yaml *.yaml *.yml *.boris *.boris.gz);;All files (*)"


def import_ethogram(path: Path) -> Ethogram:
    """Read the ethogram of a project of Ethoprism or of BORIS.

    Raises
    ------
    EthoprismError
        If it cannot be read.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        return read_ethogram(path)
    return read_project_ethogram(path)


def _states(category: str, **behaviors: str) -> tuple[Behavior, ...]:
    """Make states of which one holds at a time."""
    named = ((name.replace("_", " "), told) for name, told in behaviors.items())
    return exclusive(
        tuple(Behavior(name, description=told, category=category) for name, told in named)
    )


def _point(name: str, told: str, category: str, *modifiers: Modifier) -> Behavior:
    return Behavior(name, "point", told, category, modifiers=modifiers)


TEMPLATES: dict[str, Ethogram] = {
    "One animal in an arena": Ethogram(
        (
            *_states(
                "Movement",
                walk="All four feet are used to get to another place",
                run="As walk, but at least one body length in half a second",
                rest="No movement but breathing",
            ),
            Behavior("groom", description="Licks, scratches or nibbles itself", category="Care"),
            Behavior("rear", description="Stands on the hind legs", category="Exploration"),
            Behavior("sniff", description="The nose moves along a surface", category="Exploration"),
            _point("jump", "All feet leave the ground", "Movement"),
        )
    ),
    "Two animals that meet": Ethogram(
        (
            *_states(
                "Social",
                approach="Moves towards the other, straight",
                follow="Moves behind the other, at most two body lengths away",
                flee="Moves away from the other, faster than walking",
                contact="Touches the other, and neither moves away",
            ),
            Behavior("attack", description="Bites, hits or wrestles", category="Conflict"),
            _point("call", "Makes a sound", "Signals"),
        ),
        (Subject("resident"), Subject("visitor")),
    ),
    "Birds at a feeder": Ethogram(
        (
            *_states(
                "Place",
                on_the_feeder="Both feet on the feeder",
                on_the_ground="Both feet on the ground",
                in_the_air="Flies or hovers",
            ),
            _point(
                "peck",
                "The beak touches food",
                "Feeding",
                Modifier("food", values=("seed", "fat", "other")),
            ),
            Behavior("watch", description="Head up, does not feed", category="Vigilance"),
            Behavior("rain", description="Drops can be seen", per_subject=False, category="Scene"),
        )
    ),
}
