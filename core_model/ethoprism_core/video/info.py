"""What a video's header claims against what the file holds."""

from ethoprism_core.video.index import VideoIndex

_RATE_TOLERANCE = 0.01
_DURATION_TOLERANCE = 0.002  # and an interval: containers differ in whether the last frame lasts


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
