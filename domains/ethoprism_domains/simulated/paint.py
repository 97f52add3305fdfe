"""Drawing with sub-pixel precision: discs, tubes, shadows and rounded shading."""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ethoprism_domains.simulated.looks import Colour

_SHIFT = 4
_ONE = 1 << _SHIFT
_TO_THE_LEFT = np.array([1.0, -1.0])
_NEUTRAL = 128  # the grey of a shading map that leaves the picture as it is
_TURNS = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_ROUND = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=1)

Picture = UInt8[np.ndarray, "height width 3"]
Mask = UInt8[np.ndarray, "height width"]
Points = Float[np.ndarray, "point 2"]


def fixed(points: Float[np.ndarray, "*any 2"]) -> np.ndarray:
    """Return points in OpenCV's fixed-point coordinates."""
    return np.rint(points * _ONE).astype(np.int32)


def polygon(canvas: np.ndarray, points: Points, colour: Colour | int) -> None:
    """Fill a polygon, edges smoothed."""
    cv2.fillPoly(canvas, [fixed(points)], colour, cv2.LINE_AA, _SHIFT)


def strokes(
    canvas: np.ndarray, lines: Float[np.ndarray, "line point 2"], colour: Colour, width: int = 1
) -> None:
    """Draw several lines of as many points each."""
    cv2.polylines(canvas, list(fixed(lines)), False, colour, width, cv2.LINE_AA, _SHIFT)


def disc(canvas: np.ndarray, centre: Points, radius: float, colour: Colour | int) -> None:
    """Fill one disc for each centre."""
    size = round(radius * _ONE)
    for place in fixed(centre).tolist():
        cv2.circle(canvas, place, size, colour, -1, cv2.LINE_AA, _SHIFT)


def ellipse(
    canvas: np.ndarray,
    centre: Points,
    axes: tuple[float, float],
    angle: float,
    colour: Colour | int,
) -> None:
    """Fill an ellipse; `angle` in radians anticlockwise gives the first axis's direction."""
    along, across = frame_of(angle)
    rim = axes[0] * _ROUND[:, :1] * along + axes[1] * _ROUND[:, 1:] * across
    for middle in centre:
        polygon(canvas, rim + middle, colour)


def frame_of(angle: float) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, " 2"]]:
    """Return the unit vectors along a heading and to its left, in picture coordinates."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([cosine, -sine]), np.array([-sine, -cosine])


def tube(points: Points, radii: Float[np.ndarray, " point"]) -> Float[np.ndarray, "rim 2"]:
    """Return the outline of a chain of circles, its ends pointed."""
    along = np.empty_like(points)
    along[1:-1] = points[2:] - points[:-2]
    along[0], along[-1] = points[1] - points[0], points[-1] - points[-2]
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    left = along[:, ::-1] * _TO_THE_LEFT * radii[:, None]
    ends = along[[0, -1]] * radii[[0, -1], None]
    first, last = points[:1] - ends[:1], points[-1:] + ends[1:]
    return np.concatenate([first, points + left, last, (points - left)[::-1]])


def body_mask(shape: tuple[int, ...], points: Points, radii: Float[np.ndarray, " point"]) -> Mask:
    """Return a mask of a chain of circles, 255 inside."""
    mask = np.zeros(shape[:2], np.uint8)
    polygon(mask, tube(points, radii), 255)
    thick = radii > 0.4 * radii.max()
    for point, radius in zip(points[thick], radii[thick], strict=True):
        disc(mask, point[None], float(radius), 255)
    return mask


def bounds(mask: Mask) -> tuple[slice, slice]:
    """Return the rows and columns that hold all of a mask, and a rim of two pixels."""
    left, top, width, height = cv2.boundingRect(mask)
    return (
        slice(max(top - 2, 0), top + height + 2),
        slice(max(left - 2, 0), left + width + 2),
    )


def fill(canvas: Picture, mask: Mask, colour: Colour) -> None:
    """Lay a colour over the canvas where the mask says, softly at its edge."""
    mix(canvas, flat(canvas, colour), mask)


def flat(canvas: Picture, colour: Colour) -> Picture:
    """Return a picture of the canvas's size in one colour."""
    paint = np.empty_like(canvas)
    paint[:] = np.rint(colour)
    return paint


def mix(canvas: Picture, paint: Picture, mask: Mask) -> None:
    """Lay another picture over the canvas where the mask says, in parts where it is grey."""
    over = cv2.merge([mask, mask, mask])
    fresh = cv2.multiply(paint, over, scale=1 / 255)
    kept = cv2.multiply(canvas, cv2.bitwise_not(over), scale=1 / 255)
    cv2.add(fresh, kept, dst=canvas)


def shadow(canvas: Picture, mask: Mask, offset: tuple[float, float], depth: float) -> None:
    """Darken the canvas by a blurred, displaced copy of a mask; `depth` 0 to 1."""
    shift = np.array([[1, 0, offset[0]], [0, 1, offset[1]]], np.float32)
    fallen = cv2.warpAffine(mask, shift, mask.shape[::-1])
    softness = 2 * round(np.hypot(*offset) / 2) + 3
    fallen = cv2.blur(cv2.blur(fallen, (softness, softness)), (softness, softness))
    shade(canvas, cv2.convertScaleAbs(fallen, alpha=-depth / 2, beta=_NEUTRAL))


def relief(mask: Mask, height: float, contrast: float, light: tuple[float, float]) -> Mask:
    """Return a shading map that makes a flat shape look rounded.

    Parameters
    ----------
    mask
        The shape.
    height
        Its half thickness in pixels: where shading levels off.
    contrast
        How much darker the rim is than the ridge, 0 to 1.
    light
        Where the light comes from (x, y); its length is how strongly it leans.
    """
    depth = cv2.distanceTransform(cv2.threshold(mask, 127, 255, 0)[1], cv2.DIST_L2, 3)
    rise = np.minimum(depth / height, 1.0)
    dome = cv2.blur(np.sqrt(rise * (2.0 - rise)), (3, 3))
    slope = light[0] * cv2.Sobel(dome, cv2.CV_32F, 1, 0)
    slope += light[1] * cv2.Sobel(dome, cv2.CV_32F, 0, 1)
    gain = 0.08 - contrast + contrast * dome + np.minimum(np.maximum(slope, -0.4), 0.4)
    return cv2.convertScaleAbs(gain * mask, alpha=_NEUTRAL / 255, beta=_NEUTRAL)


def shade(canvas: Picture, shading: Mask) -> None:
    """Multiply the canvas by a shading map, in which 128 changes nothing."""
    cv2.multiply(canvas, cv2.merge([shading] * 3), dst=canvas, scale=1 / _NEUTRAL)
