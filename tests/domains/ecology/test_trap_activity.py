"""Activity by hour, trapping rates and time budgets, against references and known truth."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import iv
from scipy.stats import poisson, vonmises

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology import ActivitySettings, CameraTraps, activity, effort, time_budgets
from ethoprism_domains.ecology.activity_hours import (
    circular_density,
    place_events,
    von_mises_concentration,
)
from ethoprism_domains.ecology.rates import ALL_SITES, NOT_TOLD, trapping_rates
from ethoprism_domains.ecology.traps import (
    DEPLOYMENT_TABLE,
    MEDIA_TABLE,
    OBSERVATIONS,
    make_table,
)

HOURS = st.lists(st.floats(0, 24, exclude_max=True), min_size=2, max_size=12)
START = datetime(2026, 5, 1, tzinfo=UTC)


def traps(days=(100.0, 50.0), offset=120, seen=()) -> CameraTraps:
    deployments = [
        {
            "deploymentID": f"d{number}",
            "locationID": f"site {number}",
            "latitude": 50.0,
            "longitude": 15.0,
            "deploymentStart": START,
            "deploymentEnd": START + timedelta(days=length),
            "utcOffset": offset,
        }
        for number, length in enumerate(days)
    ]
    return CameraTraps(
        "made",
        make_table(deployments, DEPLOYMENT_TABLE),
        make_table([], MEDIA_TABLE),
        make_table(seen, OBSERVATIONS),
    )


def events(hours: np.ndarray, species: str = "fox", site: str = "site 0") -> pd.DataFrame:
    """One event a day, at these hours UTC."""
    starts = [START + timedelta(days=n, hours=float(hour)) for n, hour in enumerate(hours)]
    known = {"site": site, "species": species, "start": pd.to_datetime(starts, utc=True)}
    return pd.DataFrame(known).assign(event=range(len(starts)), records=1, count=1)


@given(HOURS, st.floats(0, 50))
def test_the_density_is_the_mean_of_von_mises_densities(hours, concentration):
    values, at = np.array(hours), np.arange(24.0)
    apart = (at[:, None] - values) * np.pi / 12
    expected = vonmises.pdf(apart, max(concentration, 1e-9)).mean(axis=1) * np.pi / 12
    assert circular_density(values, at, concentration) == pytest.approx(expected, rel=1e-6)


@given(HOURS, st.floats(0.5, 23))
def test_midnight_is_an_hour_like_any_other(hours, turn):
    values, at = np.array(hours), np.arange(0, 24, 0.5)
    concentration = von_mises_concentration(values * np.pi / 12)
    turned = (values + turn) % 24
    again = von_mises_concentration(turned * np.pi / 12)
    assert again == pytest.approx(concentration, rel=1e-4)
    density = circular_density(values, at, concentration)
    assert circular_density(turned, (at + turn) % 24, concentration) == pytest.approx(density)


def test_the_density_integrates_to_one():
    total, _ = quad(
        lambda hour: circular_density(np.array([3.0, 23.5]), np.array([hour]), 9.0)[0], 0, 24
    )
    assert total == pytest.approx(1)


def test_the_concentration_is_that_of_taylors_rule():
    """For one peak, by its formula in plain Bessel functions, from the maximum likelihood fit."""
    angles = vonmises.rvs(3.0, size=4000, random_state=0)
    kappa, _, _ = vonmises.fit(angles, fscale=1)
    rule = (3 * 4000 * kappa**2 * iv(2, 2 * kappa) / (4 * np.pi**0.5 * iv(0, kappa) ** 2)) ** 0.4
    assert von_mises_concentration(angles) == pytest.approx(rule, rel=0.1)
    assert von_mises_concentration(np.zeros(5)) == pytest.approx(700)


def test_bands_hold_the_true_density():
    """Known peaks at 6 and 19: within 95 % bands at nearly all hours, in most of 20 studies."""
    at = np.arange(0, 24, 1.0)
    truth = 0.6 * vonmises.pdf((at - 6) * np.pi / 12, 4) + 0.4 * vonmises.pdf(
        (at - 19) * np.pi / 12, 4
    )
    truth *= np.pi / 12
    settings = ActivitySettings(clock="utc", replicates=200, grid=24, sharpness=1.5)
    held = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        peaks = np.where(rng.random(150) < 0.6, 6, 19)
        hours = (peaks + rng.vonmises(0, 4, 150) * 12 / np.pi) % 24
        found = activity(events(hours), traps(), settings).sel(species="fox")
        held.append(((found["low"] <= truth) & (truth <= found["high"])).mean().item())
    assert np.mean(held) > 0.85


def test_activity_is_told_on_the_clock_that_is_asked_for():
    hours = np.full(30, 4.0) + np.linspace(-0.5, 0.5, 30)
    peaks = {}
    for clock in ("utc", "local", "sun"):
        found = activity(events(hours), traps(), ActivitySettings(clock=clock)).sel(species="fox")
        peaks[clock] = float(found["density"].idxmax())
        assert found.attrs["clock"] == clock
    assert peaks["utc"] == pytest.approx(4, abs=0.2)
    assert peaks["local"] == pytest.approx(6, abs=0.2)
    assert peaks["sun"] == pytest.approx(5, abs=0.3)  # longitude 15, and May is 3 minutes ahead


def test_the_level_is_the_share_of_the_day_at_the_peak():
    everywhere = activity(events(np.arange(48) / 2), traps(), ActivitySettings(clock="utc"))
    assert float(everywhere["level"][0]) == pytest.approx(1, abs=0.02)
    narrow = activity(events(np.linspace(5.5, 6.5, 48)), traps(), ActivitySettings(clock="utc"))
    assert float(narrow["level"][0]) < 0.12


def test_a_clock_set_anew_moves_the_hours():
    """Daylight saving within a deployment: the offset is that of the medium nearest in time."""
    base = traps(days=(200.0,), offset=120)
    media = [
        {
            "mediaID": f"m{n}",
            "deploymentID": "d0",
            "timestamp": START + timedelta(days=n),
            "utcOffset": o,
        }
        for n, o in ((1, 120), (100, 60))
    ]
    own = CameraTraps("m", base.deployments, make_table(media, MEDIA_TABLE), base.observations)
    seen = events(np.full(2, 10.0)).assign(
        start=[pd.Timestamp(START + timedelta(days=n, hours=10)) for n in (2, 99)]
    )
    found = activity(seen, own, ActivitySettings(fewest=2))
    assert place_events(seen, own, "local")["hour"].tolist() == [12.0, 11.0]
    assert int(found["events"][0]) == 2


def test_rare_species_are_named_and_none_is_one_line():
    both = pd.concat([events(np.arange(12.0)), events(np.arange(3.0), "cat")], ignore_index=True)
    assert activity(both, traps()).attrs["left_out"] == "cat (3)"
    with pytest.raises(EthoprismError, match="no species has 10 independent events"):
        activity(events(np.arange(3.0)), traps())
    with pytest.raises(EthoprismError, match="sharpness"):
        ActivitySettings(sharpness=0)


def test_rates_count_events_by_effort():
    seen = pd.concat([events(np.arange(12.0)), events(np.arange(2.0), "cat", "site 1")])
    rates = trapping_rates(seen, effort(traps())).set_index(["species", "site"])
    assert rates.loc[("fox", "site 0"), "rate"] == pytest.approx(12)
    assert rates.loc[("fox", "site 1"), ["events", "rate"]].tolist() == [0, 0]
    assert rates.loc[("fox", ALL_SITES), "rate"] == pytest.approx(100 * 12 / 150)
    assert rates.loc[("cat", "site 1"), "rate"] == pytest.approx(4)
    low, high = rates.loc[("fox", "site 0"), ["low", "high"]]
    assert poisson.sf(11, low) == pytest.approx(0.025)
    assert poisson.cdf(12, high) == pytest.approx(0.025)
    assert rates.loc[("fox", ALL_SITES), "low"] == pytest.approx(0)


def test_effort_without_an_end_counts_to_the_last_medium():
    known = traps(days=(10.0, -5.0))
    deployments = known.deployments.copy()
    deployments.loc[0, "deploymentEnd"] = pd.NaT
    media = [
        {"mediaID": f"m{n}", "deploymentID": "d0", "timestamp": START + timedelta(days=n)}
        for n in (2, 7)
    ]
    table = effort(
        CameraTraps("m", deployments, make_table(media, MEDIA_TABLE), known.observations)
    )
    assert table["days"].tolist()[0] == pytest.approx(7)
    assert np.isnan(table["days"].tolist()[1])  # it ends before it starts


def test_budgets_are_shares_of_what_was_told():
    def seen(number, behavior, seconds, medium="", species="fox"):
        return {
            "observationID": f"o{number}",
            "deploymentID": "d0",
            "mediaID": medium,
            "eventStart": START,
            "eventEnd": START + timedelta(seconds=seconds),
            "observationType": "animal",
            "scientificName": species,
            "behavior": behavior,
        }

    rows = [seen(1, "foraging", 30, "m1"), seen(2, "foraging|vigilance", 10, "m2")]
    rows += [seen(3, "", 60, "m3"), seen(4, "foraging", 500), seen(5, "resting", 5, "m4", "cat")]
    budget = time_budgets(traps(seen=rows)).set_index(["site", "species", "behavior"])
    own = budget.loc[("site 0", "fox")]
    assert own["records"].to_dict() == {"foraging": 2, NOT_TOLD: 1, "vigilance": 1}
    assert own["share"].to_dict()["foraging"] == pytest.approx(2 / 3)
    assert own["time_share"].to_dict()["vigilance"] == pytest.approx(10 / 50)
    assert np.isnan(own.loc[NOT_TOLD, "share"])
    pd.testing.assert_frame_equal(own, budget.loc[(ALL_SITES, "fox")])
