"""What a video's header claims, also against what the file holds."""

from collections.abc import Mapping
from datetime import UTC, datetime

from ethoprism_core.video.index import VideoIndex

_RATE_TOLERANCE = 0.01
_DURATION_TOLERANCE = 0.002  # and an interval: containers differ in whether the last frame lasts

# cameras that know their zone write it here; the other is in UTC
_WHEN = ("com.apple.quicktime.creationdate", "creation_time", "CREATION_TIME", "DATE_RECORDED")
_FIRST_YEAR = 1980  # clocks that were never set stand at 1904 or 1970


def recorded_at(metadata: Mapping[str, str]) -> datetime | None:
    """Return when a recording began as its header says, or None if that is missing or absurd."""
    for name in _WHEN:
        try:
            moment = datetime.fromisoformat(metadata.get(name, ""))
        except ValueError:
            continue
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment.year >= _FIRST_YEAR:
            return moment
    return None


def wrong_claims(index: VideoIndex) -> tuple[str, ...]:
    """Return what the header says that the frames do not bear out, one clause each.

    Headers are written by cameras and converters that count what they meant to write; edit lists,
    dropped frames and variable rates make them wrong.
    """
    claims, wrong = index.claims, []
    if claims.frames is not None and claims.frames != len(index):
        wrong.append(f"its header claims {claims.frames} frames, it holds {len(index)}")
    truth = index.duration
    if claims.duration is not None:
        tolerance = 1.5 * index.interval + _DURATION_TOLERANCE * truth
        if abs(claims.duration - truth) > tolerance:
            wrong.append(
                f"its header claims {claims.duration:.2f} s, its frames last {truth:.2f} s"
            )
    if claims.rate is not None and len(index) > 1:
        average = (len(index) - 1) / float(index.times[-1])
        if abs(claims.rate - average) > _RATE_TOLERANCE * average + 1 / truth:
            wrong.append(
                f"its header claims {claims.rate:.2f} frames per second, "
                f"on average it has {average:.2f}"
            )
    return tuple(wrong)
