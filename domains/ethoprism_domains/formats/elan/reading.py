"""Read an ELAN file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import numpy as np
import pandas as pd

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.base import Reading, ReadOptions, complete, observed_intervals
from ethoprism_domains.formats.clocks import Clock, spans_on_clock
from ethoprism_domains.formats.content import read_xml
from ethoprism_domains.formats.elan.tiers import DETAILS, OBSERVED, TYPES
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.seconds import in_order, laid, observed_frames, report_spans
from ethoprism_domains.formats.values import number

_TYPES = {name: said for said, name in TYPES.items()}
_BREAKS = str.maketrans("\n\r\t", "   ")
_EMPTY = ["behavior", "subject", "kind", "start_ms", "stop_ms", "place"]


@dataclass(frozen=True)
class _Tier:
    """A tier: annotations aligned with time, and such that refer to others."""

    name: str
    type_name: str
    subject: str
    annotator: str
    aligned: list[tuple[str, str, str, str]] = field(default_factory=list)  # id, slots, value
    referring: list[tuple[str, str]] = field(default_factory=list)  # the other's id, value


def sniff(path: Path, head: bytes) -> bool:
    """Recognise the document by its root."""
    return b"<ANNOTATION_DOCUMENT" in head


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the tiers of the first video."""
    root = read_xml(path)
    if root.tag != "ANNOTATION_DOCUMENT":
        raise EthoprismError(f"its root is {root.tag!r}", path, "is it an ELAN file?")
    losses = LossCounter()
    video, origin = _media(root, path, options, losses)
    tiers = [_tier(element) for element in root.iter("TIER")]
    times = _times(root, tiers, losses)
    clock = options.clock(video)
    found = _annotations(tiers, times, losses).assign(video=video)
    told = found[found["kind"] == OBSERVED]
    events = _on_frames(found[found["kind"] != OBSERVED], origin, clock, losses)
    seen = _observed(tiers, told, origin, clock, video)
    observed = observed_intervals(events, seen, path, options)
    return complete(path, events, None, observed, options.ethogram, options, losses.report())


def _media(
    root: Element, path: Path, options: ReadOptions, losses: LossCounter
) -> tuple[str, float]:
    """Give the video's name, and the millisecond of it at which the annotations' clock starts."""
    header = root.find("HEADER")
    units = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if units != "milliseconds":
        raise EthoprismError(f"its time units are {units}", path, "save it with milliseconds")
    media = list(root.iter("MEDIA_DESCRIPTOR"))
    for other in media[1:]:
        losses.add("further videos, besides the first", _url(other))
    video = (_url(media[0]) if media else "") or options.video or ""
    if not video:
        raise EthoprismError("it does not tell the video", path, "say which video it is")
    origin = number(media[0].get("TIME_ORIGIN", "0")) if media else 0.0
    return video, 0.0 if np.isnan(origin) else origin


def _url(media: Element) -> str:
    """Give the name of a video: its path from the file's own folder, else its address."""
    relative = unquote(media.get("RELATIVE_MEDIA_URL", ""))
    if relative:
        return relative.removeprefix("./").strip()
    return unquote(media.get("MEDIA_URL", "")).removeprefix("file://").strip()


def _tier(element: Element) -> _Tier:
    tier = _Tier(
        element.get("TIER_ID", "").strip(),
        element.get("LINGUISTIC_TYPE_REF", ""),
        element.get("PARTICIPANT", "").strip(),
        element.get("ANNOTATOR", ""),
    )
    for item in element.iter("ALIGNABLE_ANNOTATION"):
        slots = item.get("TIME_SLOT_REF1", ""), item.get("TIME_SLOT_REF2", "")
        tier.aligned.append((item.get("ANNOTATION_ID", ""), *slots, _value(item)))
    for item in element.iter("REF_ANNOTATION"):
        tier.referring.append((item.get("ANNOTATION_REF", ""), _value(item)))
    return tier


def _value(annotation: Element) -> str:
    return annotation.findtext("ANNOTATION_VALUE") or ""


def _times(root: Element, tiers: list[_Tier], losses: LossCounter) -> Mapping[str, float]:
    """Give the millisecond of each time slot, NaN if the file does not tell.

    Slots without a time are spread evenly between their neighbours of the same tier, as ELAN
    shows them.
    """
    slots = root.iter("TIME_SLOT")
    times = {slot.get("TIME_SLOT_ID", ""): number(slot.get("TIME_VALUE")) for slot in slots}
    for tier in tiers:
        chain = list(dict.fromkeys(slot for _, *both, _ in tier.aligned for slot in both))
        told = np.array([times.get(slot, np.nan) for slot in chain], np.float64)
        known = np.flatnonzero(np.isfinite(told))
        missing = np.flatnonzero(~np.isfinite(told))
        if not len(known) or not len(missing):
            continue
        inner = missing[(missing > known[0]) & (missing < known[-1])]
        filled = np.interp(inner, known, told[known])
        times.update(zip((chain[at] for at in inner), filled.tolist(), strict=True))
        what = "time slots without a time, spread evenly between their neighbours"
        losses.add(what, f"tier {tier.name}", len(inner))
    return times


def _annotations(
    tiers: list[_Tier], times: Mapping[str, float], losses: LossCounter
) -> pd.DataFrame:
    """Give a row for each annotation that is aligned with time, with its details."""
    details: dict[str, dict[str, str]] = {}
    aligned = {item[0] for tier in tiers for item in tier.aligned}
    for tier in tiers:
        for ref, value in tier.referring:
            if tier.type_name in DETAILS and ref in aligned:
                details.setdefault(ref, {})[tier.type_name] = value
            else:
                losses.add("annotations on dependent tiers", f"tier {tier.name}")
    rows = [row for tier in tiers for row in _rows(tier, times, details, losses)]
    found = pd.DataFrame(rows, columns=None if rows else _EMPTY)
    if "confidence" in found:
        found["confidence"] = [number(value) for value in found["confidence"]]
    return found


def _rows(
    tier: _Tier,
    times: Mapping[str, float],
    details: Mapping[str, Mapping[str, str]],
    losses: LossCounter,
) -> Iterator[dict[str, object]]:
    kind, judgement = _TYPES.get(tier.type_name, ("state", "present"))
    for number_, (name, first, last, value) in enumerate(tier.aligned, start=1):
        start, stop = times.get(first, np.nan), times.get(last, np.nan)
        place = f"annotation {number_} of tier {tier.name}"
        if not stop >= start:
            losses.add("annotations without times, or that stop before they start", place)
            continue
        yield {
            "behavior": value.translate(_BREAKS).strip() or tier.name,
            "subject": tier.subject,
            "annotator": tier.annotator,
            "kind": OBSERVED if tier.type_name == OBSERVED else kind,
            "judgement": judgement,
            "start_ms": start,
            "stop_ms": stop,
            "place": place,
            **details.get(name, {}),
        }


def _on_frames(
    found: pd.DataFrame, origin: float, clock: Clock, losses: LossCounter
) -> pd.DataFrame:
    start, stop = (
        (found[column].to_numpy(np.float64) + origin) / 1000 for column in ("start_ms", "stop_ms")
    )
    spans = spans_on_clock(clock, start, stop, (found["kind"] == "point").to_numpy())
    video = "" if found.empty else str(found["video"].iloc[0])
    report_spans(spans, found["place"].tolist(), video, clock, losses)
    kept = laid(found, spans, clock).drop(columns=["start_ms", "stop_ms", "place"])
    texts = [name for name in DETAILS if name in kept and name != "confidence"]
    return in_order(kept.fillna({name: DETAILS[name] for name in texts}))


def _observed(
    tiers: list[_Tier], told: pd.DataFrame, origin: float, clock: Clock, video: str
) -> pd.DataFrame:
    """Give the observed intervals; an empty tier of that type says that nothing was looked at."""
    seconds = (told[["start_ms", "stop_ms"]].to_numpy(np.float64) + origin) / 1000
    rows = [(video, *span) for span in observed_frames(clock, seconds).tolist()]
    if not rows and any(tier.type_name == OBSERVED for tier in tiers):
        rows.append((video, 0, 0))
    return pd.DataFrame(rows, columns=["video", "start_frame", "stop_frame"])
