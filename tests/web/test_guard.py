"""Whatever is sent, the answer is one sentence under 500, and nothing of this machine but what it is for."""

import json
import os
import signal
import socket

import pytest
from typer.testing import CliRunner

from magheat.cli.main import app

from .conftest import API, fixed, pair, quick_map, sample, server

JSON = {"content-type": "application/json"}


def refused(answer, *codes):
    """What is wrong, in one sentence."""
    assert answer.status_code in codes, answer.text
    error = answer.json()["error"]
    assert set(error) == {"field", "message"}
    assert "\n" not in error["message"]
    assert error["message"].rstrip().endswith((".", ")")) or len(error["message"]) > 10
    assert "Traceback" not in error["message"]
    return error


def predict(**changes):
    return json.dumps({"rows": fixed()} | changes)


@pytest.mark.parametrize(
    "body",
    [
        predict().replace("310.0", "NaN"),
        predict().replace("310.0", "Infinity"),
        predict().replace("310.0", "-Infinity"),
        predict().replace("310.0", "1e400"),
        predict().replace("310.0", "1" + 500 * "0"),
        predict().replace("310.0", "1" + 350 * "0"),
        predict().replace("310.0", '"310"'),
        predict().replace("310.0", "true"),
        predict().replace("310.0", "null"),
        predict().replace("310.0", "[]"),
        predict().replace("310.0", "{}"),
        predict().replace("310.0", "[[310.0]]"),
        predict().replace("310.0", '[310.0, 311.0], "diameter": [1e-8, 1e-8, 1e-8]'),
        predict().replace("310.0", json.dumps([310.0] * 10_001)),
        predict().replace('"rows"', '"rows": {}, "rows"'),
        predict(surprise=1),
        predict(level=1.0),
        predict(level=0.0),
        predict().replace('"temperature"', '"temprature"'),
        "[" * 100_000,
        '{"rows":' * 5000,
        "",
        "null",
        "[]",
        "{",
        "{}x",
        b"\xff\xfe{}",
        b'{"rows": "\xc3\x28"}',
    ],
)
def test_what_is_no_prediction_is_refused(client, body):
    refused(client.post(f"{API}/predict", content=body, headers=JSON), 400, 422)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("material", "saturation_magnetization"), "experiment.material.saturation_magnetization"),
        (("material", "density"), "experiment.material.density"),
        (("ensemble", "diameter"), "experiment.ensemble.diameter"),
        (("ensemble", "interaction"), "experiment.ensemble.interaction"),
        (("applied_field", "amplitude"), "experiment.applied_field.amplitude"),
        (("applied_field", "frequency"), "experiment.applied_field.frequency"),
        (("experiment", "temperature"), "experiment.experiment.temperature"),
    ],
)
@pytest.mark.parametrize("value", [-1.0, 1e300, "300 K", None, [1.0]])
def test_a_wrong_value_is_refused_under_its_name(client, path, field, value):
    if value == 1e300 and path[1] in ("saturation_magnetization", "density", "temperature"):
        pytest.skip("as large as it likes")
    request = sample()
    request["experiment"][path[0]] = request["experiment"][path[0]] | {path[1]: value}
    answer = client.post(f"{API}/simulate", json=request)
    if value is None and path[1] == "density":
        assert answer.status_code == 200
        return
    assert refused(answer, 422)["field"] == field


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("simulate", pair() | {"solver": "nothing"}),
        ("simulate", pair() | {"solver": "../../etc/passwd"}),
        ("simulate", pair() | {"options": {"threads": 10**5}}),
        ("simulate", pair() | {"options": {"rtol": "x"}}),
        ("simulate", pair() | {"options": {"name": "llg"}}),
        ("simulate", sample() | {"options": {"axis_points": 100_000}}),
        ("simulate", pair("two-well")),
        ("simulate", pair(cycles=9)),
        ("simulate", sample(particles={"csv": "/etc/passwd", "easy_axes": [0.0, 0.0, 1.0]})),
        ("simulate", sample(applied_field={"kind": "sampled", "csv": "/etc/passwd"})),
        ("simulate", sample(material={})),
        ("simulate", sample(materials=[{"preset": "magnetite"}])),
        ("simulate", sample(ensemble=None)),
        ("map", quick_map(fixed={})),
        ("map", quick_map(y=quick_map()["x"])),
        ("map", quick_map(fixed=fixed(diameter=None, amplitude=None, temperature=-1.0))),
        ("map", quick_map(x={"name": "diameter", "lower": 2e-8, "upper": 1e-8, "count": 5})),
        ("map", quick_map(x={"name": "diameter", "lower": 1e-8, "upper": 2e-8, "count": 201})),
        ("optimize", {"free": {}}),
        ("optimize", {"free": {"diameter": [1e-8, 2e-8]}}),
        ("optimize", {"fixed": fixed(diameter=None), "free": {"diameter": [2e-8, 1e-8]}}),
        ("optimize", {"fixed": fixed(diameter=None), "free": {"diameter": [1e-8, 2e-8]}, "limit": -1.0}),
        ("jobs", {"kind": "nothing"}),
        ("jobs", {"kind": "map", **quick_map(fixed={})}),
    ],
)
def test_what_cannot_be_computed_is_refused(client, path, body):
    refused(client.post(f"{API}/{path}", json=body), 422)


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_bodies_that_other_sites_could_send_unasked_are_refused(client, kind):
    headers = {} if kind is None else {"content-type": kind}
    refused(client.post(f"{API}/predict", content=predict(), headers=headers), 415)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "predict"), ("DELETE", "jobs/" + 32 * "0")])
def test_pages_of_other_sites_cannot_write(client, headers, method, path):
    refused(client.request(method, f"{API}/{path}", content=predict(), headers=JSON | headers), 403)


def test_the_page_itself_may_write(client):
    own = f"http://127.0.0.1:{client.base_url.port}"
    headers = JSON | {"origin": own, "sec-fetch-site": "same-origin"}
    assert client.post(f"{API}/predict", content=predict(), headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:x", "[", "127.0.0.1@evil.example"]
)
def test_other_names_of_the_server_are_refused(client, host):
    refused(client.get(f"{API}/healthz", headers={"host": host}), 421, 400)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1", "[::1]:8000"])
def test_names_of_the_loopback_are_answered(client, host):
    assert client.get(f"{API}/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/static/../settings.py",
        "/%00",
        "/index.html%00.js",
        "//etc/passwd",
        "/api/docs/..%2f..%2f__init__.py",
        "/api/v1/nothing",
    ],
)
def test_no_path_leads_out_of_the_page(client, path):
    with socket.create_connection(("127.0.0.1", client.base_url.port)) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), answer[:200]
    assert b"root:" not in answer


@pytest.mark.parametrize("job", ["x", 31 * "0", 32 * "g", 33 * "0"])
@pytest.mark.parametrize("end", ["", "/result", "/result.nc"])
def test_names_that_are_no_jobs_are_refused(client, job, end):
    assert client.get(f"{API}/jobs/{job}{end}").status_code in (404, 422)


def test_a_wrong_method_says_so(client):
    answer = client.get(f"{API}/predict")
    refused(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_every_answer_has_a_policy_and_the_docs_are_offline(client):
    for path in ("/", f"{API}/healthz", f"{API}/nothing", "/api/docs"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in client.get("/").headers["content-security-policy"]
    page = client.get("/api/docs").text
    assert "://" not in page
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert f"docs/{name}" in page
        assert client.get(f"/api/docs/{name}").status_code == 200
    assert set(client.get("/api/openapi.json").json()["paths"]) >= {f"{API}/predict", f"{API}/jobs/{{job}}"}


def test_the_page_is_the_files_of_its_folder_with_a_tag(client):
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    again = client.get("/", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_head_without_end_is_cut_off(client):
    with socket.create_connection(("127.0.0.1", client.base_url.port)) as raw:
        raw.sendall(f"GET {API}/healthz HTTP/1.1\r\nhost: localhost\r\nx: ".encode())
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):
            raw.sendall(b"x" * 100 * 2**20)
    assert client.get(f"{API}/healthz").status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [3 * 2**20, 20 * 2**20])
def test_whoever_sends_too_much_reads_why_not(client, chunked, size):
    with socket.create_connection(("127.0.0.1", client.base_url.port)) as raw:
        head = f"POST {API}/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        block = b" " * 65536
        raw.sendall(
            (head + ("transfer-encoding: chunked" if chunked else f"content-length: {size}") + "\r\n\r\n").encode()
        )
        for _ in range(size // len(block)):
            raw.sendall(b"10000\r\n" + block + b"\r\n" if chunked else block)
        if chunked:
            raw.sendall(b"0\r\n\r\n")
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
    assert b"at most 2097152 bytes" in answer


def test_with_a_token_nobody_else_is_answered_and_nobody_beyond_a_rate(models, tmp_path):
    token = "a-token-that-nobody-guesses"
    (tmp_path / "token").write_text(token + "\n")
    with server(models, tmp_path / "jobs.sqlite", "--token-file", tmp_path / "token", "--rate", "20") as one:
        for headers in ({}, {"authorization": "Bearer x"}, {"authorization": token}, {"authorization": "Bearer \xe9"}):
            raw = {name: value.encode("latin-1") for name, value in headers.items()}
            answer = one.client.get(f"{API}/jobs", headers=raw)
            refused(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
        assert one.client.get(f"{API}/jobs", headers={"authorization": f"Bearer {token}"}).json() == []
        assert one.client.get(f"{API}/healthz").json()["status"] == "ok"
        assert one.client.get("/").status_code == 200
        answers = [one.client.get("/") for _ in range(80)]
        codes = [answer.status_code for answer in answers]
        assert codes[:30] == 30 * [200]
        late = answers[codes.index(429)]
        refused(late, 429)
        assert int(late.headers["retry-after"]) >= 1


def serve(*options, code):
    done = CliRunner().invoke(app, ["serve", *map(str, options)])
    assert done.exit_code == code, done.output
    return done.output


def test_a_server_that_cannot_start_says_why(models, tmp_path):
    jobs = tmp_path / "jobs.sqlite"
    with server(models, jobs) as one:
        port = ["--models", models, "--port", one.port, "--jobs", tmp_path / "other.sqlite"]
        assert "take another port" in serve(*port, code=2)
        assert "no other server uses" in serve("--models", models, "--port", 0, "--jobs", jobs, code=2)
    assert "--public" in serve("--host", "0.0.0.0", "--models", models, "--port", 0, code=2)
    (tmp_path / "short").write_text("short")
    assert "--token-file" in serve("--token-file", tmp_path / "short", "--models", models, code=2)
    assert "--token-file" in serve("--token-file", tmp_path / "none", "--models", models, code=2)


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_server_ends_in_one_sentence(models, tmp_path, end, code):
    with server(models, tmp_path / "jobs.sqlite") as one:
        assert one.client.get(f"{API}/healthz").status_code == 200
        os.kill(one.process.pid, end)
        told = one.process.communicate(timeout=30)[1]
        assert one.process.returncode == code
        assert "Traceback" not in told


def test_without_a_model_predictions_say_how_to_get_one(tmp_path):
    with server(tmp_path / "none", tmp_path / "jobs.sqlite") as one:
        answer = one.client.post(f"{API}/predict", json={"rows": fixed()})
        assert "make demo" in refused(answer, 503)["message"]
        assert one.client.get(f"{API}/healthz").json()["model"] is None
        assert one.client.get(f"{API}/models").json() == {"current": None, "models": []}
        assert one.client.post(f"{API}/simulate", json=sample()).status_code == 200
