"""What our ELAN files call things: tiers, their types, and the details that depend on them."""

OBSERVED = "observed"
# what stands on tiers that depend on an event's own, and what it is if there is no such tier
DETAILS = {
    "modifiers": "",
    "labeling_method": "manual",
    "confidence": "",
    "model": "",
    "comment": "",
}
JUDGEMENTS = ("present", "absent", "unsure")
KINDS = ("state", "point")
TYPES = {
    (kind, judgement): kind if judgement == "present" else f"{judgement} {kind}"
    for kind in KINDS
    for judgement in JUDGEMENTS
}


def xml_text(text: str) -> str:
    """Give a text as XML holds it: no control characters, and every line end a line feed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in lines if _is_legal(character))


def _is_legal(character: str) -> bool:
    code = ord(character)
    return (
        character in "\t\n" or 0x20 <= code < 0xD800 or (code >= 0xE000 and code & 0xFFFE != 0xFFFE)
    )
