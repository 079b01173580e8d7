"""Who may use a server: hosts, origins and tokens."""

import pytest
from starlette.testclient import TestClient

from firth import SettingError
from firth.server.app import create_app
from firth.server.gate import is_loopback
from firth.server.models import Models

TOKEN = "0123456789abcdef"


def client_of(folder, **options):
    app = create_app(Models({"plane": folder / "plane.firth"}), **options)
    return TestClient(app, base_url="http://localhost:8000")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("LOCALHOST:1", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 403),
        ("evil.example:8000", 403),
        ("localhost.evil.example", 403),
        ("localhost@evil.example", 403),
        ("[::1", 403),
        ("", 403),
    ],
)
def test_other_names_of_this_machine_are_refused(client, host, status):
    response = client.get("/v1/models", headers={"Host": host})
    assert response.status_code == status
    assert status == 200 or response.json()["error"]["code"] == "host_not_allowed"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 200),
        ("http://localhost:3000", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_pages_of_other_sites_are_refused(client, origin, status):
    response = client.post("/v1/models/plane/similar", json={"words": ["king"]}, headers={"Origin": origin})
    assert response.status_code == status
    assert status == 200 or response.json()["error"]["code"] == "origin_not_allowed"


def test_a_token_is_needed_for_everything_but_the_status(folder):
    client = client_of(folder, token=TOKEN, hosts=None)
    paths = ["/v1/models", "/metrics", "/openapi.json", "/nothing"]
    for header in (None, "", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ", "Bearer \xe9".encode("latin-1")):
        headers = {} if header is None else {"Authorization": header}
        for path in paths:
            response = client.get(path, headers=headers)
            assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
            assert response.json()["error"]["code"] == "unauthorized"
        assert client.get("/health", headers=headers).json() == {"status": "ok", "models": None}
    authorised = {"Authorization": f"Bearer {TOKEN}"}
    assert [client.get(path, headers=authorised).status_code for path in paths] == [200, 200, 200, 404]
    assert client.get("/health", headers=authorised).json()["models"][0]["name"] == "plane"


def test_any_host_or_some(folder):
    anywhere = client_of(folder, token=TOKEN, hosts=None)
    assert anywhere.get("/health", headers={"Host": "words.example"}).status_code == 200
    some = client_of(folder, hosts=["Words.example"])
    assert some.get("/health", headers={"Host": "words.example:80"}).status_code == 200
    assert some.get("/health").status_code == 403


@pytest.mark.parametrize("token", ["", "short", "wörter" * 4, "with a space in it", "line\nline" * 3])
def test_tokens_that_are_refused(folder, token):
    with pytest.raises(SettingError, match="openssl"):
        client_of(folder, token=token)


def test_addresses_that_only_this_machine_can_reach():
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "localhost", "::1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "127.evil.example", "")))
