"""While the database is away every page says so, and afterwards everything goes on, the job worker too."""

import requests

from tests.faults.case import assert_said
from tests.faults.product import until

PAGES = ("/", "/hiring/query/list/", "/login/", "/nothing/of/the/kind")


def test_a_page_without_a_database_says_what_to_do(office):
    product, clerk = office.product, office.desks["clerk"]
    with product.without_database():
        for path in PAGES:
            answer = clerk.asking.get(product.address + path, timeout=60)
            assert answer.status_code == 503, (path, answer.text)
            assert "数据库暂时无法连接" in answer.text
            assert_said(answer.text)
        cases = requests.get(
            f"{product.address}/api/v1/cases", headers={"Authorization": "Bearer x"}, timeout=60
        )
        assert cases.status_code == 503 and cases.json()["id"]
        ready = f"{product.address}/health/ready"  # remembered for a second, by each worker
        until(lambda: requests.get(ready, timeout=60).status_code == 503, "the loss to be noticed")
        assert requests.get(f"{product.address}/health/live", timeout=60).status_code == 200
    product.await_ready()
    clerk.get("/")
    worker = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '2 seconds'"
    until(lambda: product.ask(worker) == 1, "a job worker to be there again")
    assert product.jobs.poll() is None
