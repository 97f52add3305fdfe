"""Agreement beyond chance, from tables of counts.

All functions take a batch of tables, so that bootstrap replicates cost one call. What is undefined
is NaN: no moment was compared, or chance alone would make the coders agree everywhere, as when
neither used a behaviour.
"""

import numpy as np
from jaxtyping import Float, Int

from ethoprism_domains.evaluation.frame_metrics import ratio


def observed_agreement(
    tables: Float[np.ndarray, "batch category category"],
) -> Float[np.ndarray, " batch"]:
    """Give the share of moments at which both coders say the same."""
    return ratio(np.trace(tables, axis1=1, axis2=2), tables.sum(axis=(1, 2)))


def cohen_kappa(
    tables: Float[np.ndarray, "batch category category"],
) -> Float[np.ndarray, " batch"]:
    """Give Cohen's kappa of two coders.

    Parameters
    ----------
    tables
        How often the first coder chose the row while the second chose the column.

    Notes
    -----
    Cohen 1960, "A coefficient of agreement for nominal scales".
    """
    total = tables.sum(axis=(1, 2))
    chance = ratio((tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1), total**2)
    return _beyond_chance(observed_agreement(tables), chance)


def coincidences(
    counts: Int[np.ndarray, "moment category"],
) -> Float[np.ndarray, "category category"]:
    """Sum the pairs of values that different coders gave at the same moment.

    Parameters
    ----------
    counts
        How many coders chose each category at each moment. Those with fewer than two are left out.

    Returns
    -------
    The symmetric coincidence matrix; a moment with m coders adds m to its sum (Krippendorff 2011,
    "Computing Krippendorff's alpha-reliability").
    """
    coders = counts.sum(axis=1)
    paired = counts[coders > 1]
    weighted = paired / (coders[coders > 1, None] - 1)
    return weighted.T @ paired - np.diag(weighted.sum(axis=0))


def fleiss_kappa(
    tables: Float[np.ndarray, "batch category category"],
) -> Float[np.ndarray, " batch"]:
    """Give Fleiss' kappa from `coincidences` of moments that were judged by equally many coders.

    Notes
    -----
    Fleiss 1971, "Measuring nominal scale agreement among many raters": with equally many coders a
    moment, its mean agreement is the diagonal's share of the coincidences, and its chance is that
    of drawing the same category twice with replacement.
    """
    total = tables.sum(axis=(1, 2))
    chance = ratio((tables.sum(axis=2) ** 2).sum(axis=1), total**2)
    return _beyond_chance(observed_agreement(tables), chance)


def krippendorff_alpha(
    tables: Float[np.ndarray, "batch category category"],
) -> Float[np.ndarray, " batch"]:
    """Give Krippendorff's alpha of nominal values from `coincidences`; values may be missing.

    Notes
    -----
    Krippendorff 2011, "Computing Krippendorff's alpha-reliability": as Fleiss' kappa, but chance is
    that of drawing the same category twice without replacement.
    """
    total, of_category = tables.sum(axis=(1, 2)), tables.sum(axis=2)
    chance = ratio((of_category * (of_category - 1)).sum(axis=1), total * (total - 1))
    return _beyond_chance(observed_agreement(tables), chance)


def _beyond_chance(
    observed: Float[np.ndarray, " batch"], chance: Float[np.ndarray, " batch"]
) -> Float[np.ndarray, " batch"]:
    room = np.where(1 - chance > 1e-12, 1 - chance, 0.0)  # a rounding error is no room
    return ratio(observed - chance, room)
