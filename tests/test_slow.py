"""Two hundred connections that trickle hold nobody up: at a host, and behind each proxy as deploy/ has it."""

from __future__ import annotations

import pytest

from tests.desk.database import DEMO, release
from tests.desk.proxies import balancer, haproxy, nginx, running_hosts
from tests.desk.slow import MANY, Crowd, Visitor

PATIENCE = 10
pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")


@pytest.fixture(params=[None, haproxy, nginx], ids=["direct", "haproxy", "nginx"])
def address(request, system, application, cluster, keys, demo_files, tmp_path):
    """Of a host with two workers, or of a balancer in front of two hosts with one each."""
    release(application)
    cluster.fresh(DEMO)
    if request.param is None:
        with running_hosts(cluster.urls.runtime, keys, 1, WEB_WORKERS="2") as [(place, _)]:
            yield f"http://{place}"
        return
    with (
        running_hosts(cluster.urls.runtime, keys, 2, HTTPS="1", PROXIES="1") as hosts,
        balancer(request.param, [place for place, _ in hosts], tmp_path) as (secure, _),
    ):
        yield secure


@pytest.mark.parametrize("seconds", [15, pytest.param(120, marks=pytest.mark.soak)])
def test_every_page_is_answered_while_others_trickle(address, seconds):
    visitor = Visitor(address, PATIENCE)
    with Crowd(address).at_work() as crowd:
        visitor.look_around(seconds)
    assert set(crowd.counted) == {MANY}
