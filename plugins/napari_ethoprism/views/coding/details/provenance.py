"""Where an event comes from, in sentences."""

from collections.abc import Iterable

from ethoprism_domains.annotation.editing import Event
from ethoprism_domains.annotation.store.past import Past


def provenance(event: Event) -> str:
    """Say who coded an event, or which probe predicted it, and who judged that."""
    probe = event.model or "a probe"
    sure = "" if event.confidence is None else f", {event.confidence:.0%} confident"
    who = event.annotator or "somebody"
    if event.labeling_method == "automated":
        return f"Predicted by {probe}{sure}; nobody has judged it."
    if event.labeling_method == "curated":
        return f"Predicted by {probe}{sure}; judged or edited by {who}."
    return f"Coded by {who}."


def past_text(past: Iterable[Past]) -> str:
    """List what was done to an event, a line each, the last one first."""
    lines = [f"{_moment(one.time)}  {one.by}: {one.what}" for one in past]
    return "\n".join(reversed(lines)) or "The journal tells nothing of it."


def _moment(time: str) -> str:
    """Write an ISO moment as a person reads it: to the second, in UTC."""
    return time.split(".")[0].removesuffix("Z").replace("T", " ").removesuffix("+00:00")
