"""Counters, in memory and summed over the files of several processes."""

import re

from firth.server.metrics import MOST_ROUTES, Metrics


def values(text):
    return {
        name: float(number) for name, number in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    }


def test_requests_are_counted_by_route_and_status():
    metrics = Metrics()
    metrics.observe("/a", 200, 0.003)
    metrics.observe("/a", 200, 0.2)
    metrics.observe("/a", 422, 100.0)
    metrics.observe("other", 404, 0.0)
    metrics.observe("/b", 418, 0.001)
    found = values(metrics.text())
    assert found['firth_requests_total{route="/a",status="200"}'] == 2
    assert found['firth_requests_total{route="/a",status="422"}'] == 1
    assert found['firth_requests_total{route="other",status="404"}'] == 1
    assert found['firth_requests_total{route="/b",status="other"}'] == 1
    buckets = [
        found[f'firth_request_seconds_bucket{{route="/a",le="{le}"}}']
        for le in ("0.0025", "0.005", "0.25", "10", "+Inf")
    ]
    assert buckets == [0, 1, 2, 2, 3]
    assert found['firth_request_seconds_bucket{route="/b",le="0.001"}'] == 1
    assert found['firth_request_seconds_count{route="/a"}'] == 3
    assert abs(found['firth_request_seconds_sum{route="/a"}'] - 100.203) < 1e-6


def test_processes_are_summed_and_never_fall(tmp_path):
    first, second = Metrics(tmp_path), Metrics(tmp_path)
    first.observe("/a", 200, 0.1)
    second.observe("/b", 200, 0.1)
    second.observe("/a", 200, 0.1)
    first.count("queries", 5)
    second.count("queries", 2)
    (tmp_path / "begun.metrics").touch()  # by a process that has not written it yet
    assert first.text() == second.text()
    found = values(first.text())
    assert found['firth_requests_total{route="/a",status="200"}'] == 2
    assert found["firth_queries_total"] == 7
    del first
    assert values(Metrics(tmp_path).text())["firth_queries_total"] == 7


def test_more_routes_than_there_are_rows_for():
    metrics = Metrics()
    for number in range(MOST_ROUTES + 5):
        metrics.observe(f"/{number}", 200, 0.1)
    metrics.observe("/" + "x" * 1000, 200, 0.1)
    found = values(metrics.text())
    assert found['firth_requests_total{route="other",status="200"}'] == 7
    assert found['firth_requests_total{route="/0",status="200"}'] == 1


def test_the_app_counts_every_request_under_its_template(client):
    before = values(client.get("/metrics").text)
    client.post("/v1/models/plane/similar", json={"words": ["king", "queen"]})
    client.post("/v1/models/nothing/similar", json={"words": ["king"]})
    client.get("/v1/models", headers={"Host": "evil.example"})
    response = client.get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    after = values(response.text)
    increases = {name: after[name] - before.get(name, 0) for name in after if "_total" in name}
    route = "/v1/models/{model}/similar"
    assert increases[f'firth_requests_total{{route="{route}",status="200"}}'] == 1
    assert increases[f'firth_requests_total{{route="{route}",status="404"}}'] == 1
    assert increases['firth_requests_total{route="other",status="403"}'] == 1
    assert (increases["firth_searches_total"], increases["firth_queries_total"]) == (1, 2)
    metric = re.compile(r'(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)')
    assert all(metric.fullmatch(line) for line in response.text.splitlines())
