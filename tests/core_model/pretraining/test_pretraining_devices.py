"""Several devices give what one gives, with less on each; tried on simulated ones."""

import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining import join_hosts, make_mesh
from ethoprism_core.pretraining.sharding import put_batch

PROGRAMS = Path(__file__).parent / "programs"
EIGHT = (
    "--xla_force_host_platform_device_count=8 "
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("devices") / "results.npz"
    environment = {**os.environ, "XLA_FLAGS": EIGHT, "JAX_PLATFORMS": "cpu"}
    subprocess.run(
        [sys.executable, str(PROGRAMS / "devices.py"), str(path)], env=environment, check=True
    )
    with np.load(path) as arrays:
        return dict(arrays)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "way"), [("contrastive", "copied"), ("contrastive", "sharded"), ("masked", "sharded")]
)
def test_eight_devices_update_as_one_does(results, stage, way):
    alone, there = (
        {name: results[f"{stage}/{kind}/{name}"] for name in ("params", "metrics")}
        for kind in ("alone", way)
    )
    np.testing.assert_allclose(there["metrics"], alone["metrics"], rtol=1e-4)
    np.testing.assert_allclose(there["params"], alone["params"], atol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["contrastive", "masked"])
def test_shards_are_a_quarter_of_what_is_large(results, stage):
    whole, own = results[f"{stage}/sharded/shape"]
    assert whole == 4 * own
    assert results[f"{stage}/sharded/held"] < 0.6 * results[f"{stage}/alone/held"]
    assert results["contrastive/copied/held"] == results["contrastive/alone/held"]


def test_groups_that_do_not_divide():
    with pytest.raises(EthoprismError, match="do not divide into groups"):
        make_mesh(3, jax.devices()[:1])


def test_batches_lie_on_all_devices(noise_batch):
    batch = put_batch(noise_batch(0), make_mesh())
    assert isinstance(batch.video, jax.Array) and batch.video.shape == (8, 2, 32, 32, 3)
    assert batch.targets is None and batch.corpus == "noise"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"coordinator": "localhost:1"}, "ETHOPRISM_PROCESSES, ETHOPRISM_PROCESS"),
        ({"coordinator": "localhost:1", "processes": 2}, "ETHOPRISM_PROCESS"),
    ],
)
def test_hosts_that_are_told_too_little(given, named):
    with pytest.raises(EthoprismError, match=f"cannot find each other, {named}, give all"):
        join_hosts(**given)


def test_hosts_that_are_told_nonsense(monkeypatch):
    for name, value in {"COORDINATOR": "a:1", "PROCESSES": "two", "PROCESS": "0"}.items():
        monkeypatch.setenv(f"ETHOPRISM_{name}", value)
    with pytest.raises(EthoprismError, match="cannot find each other"):
        join_hosts()


def test_a_process_alone_joins_nobody():
    join_hosts()
    assert jax.process_count() == 1
