"""What the API says and refuses, in process; the event stream and the server on a real socket."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.api import make_app
from gateway.page_files import PAGE
from gateway.web import WebServer
from scenarios.alarm_kinds import ALARM_KINDS
from tests.gateway.schools import BUTTON, LANE, Rig, running
from twins.command import CommandResult
from twins.composite import FUNCTION_NEEDS
from twins.documents import ConfigError
from twins.guard_state import GuardState
from twins.incident import Answer
from twins.instant import seconds
from twins.observation import Quality
from twins.school import Role
from twins.sighting import HitVerdict
from twins.visit import VisitState

SIMULATED = [{"en": "police are simulated", "zh": "民警为模拟"}]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        yield rig


@pytest.fixture
async def web(rig: Rig) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app(rig.gateway, SIMULATED))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def device(web: httpx.AsyncClient, name: str) -> dict:
    devices = (await web.get("/api/devices")).json()
    return next(one for one in devices if one["id"] == name)


async def test_the_school_comes_with_its_places_people_and_what_is_pretended(web):
    (school,) = (await web.get("/api/schools")).json()
    assert school["title"]["zh"] == "榆树小学"
    assert school["places"][0]["id"] == "gate"
    assert {one["role"] for one in school["responders"]} == {"station", "guard", "volunteer"}
    assert school["simulated"] == SIMULATED


async def test_a_property_says_value_unit_quality_cause_and_how_old_it_is(rig, web):
    before = (await device(web, BUTTON))["properties"][0]
    assert (before["quality"], before["cause"]) == ("bad", "nothing has been read yet")
    rig.driver.say(BUTTON, "pressed", False)
    await rig.batch()
    rig.clock.move(seconds(3))
    shown = (await device(web, BUTTON))["properties"][0]
    assert (shown["value"], shown["quality"], shown["cause"]) == (False, "good", "")
    assert shown["age_s"] == 3.0
    assert shown["title"]["zh"] == "按下"
    assert shown["source_time"] == shown["receive_time"] == "2026-08-30T23:00:00.000Z"
    # Heard again, with nothing new: the value is as fresh as the answer.
    rig.gateway.heard((BUTTON,), rig.clock.now())
    assert (await device(web, BUTTON))["properties"][0]["age_s"] == 0.0
    rig.driver.say(BUTTON, "pressed", None, Quality.BAD, "no answer for 2 s")
    await rig.batch()
    rig.clock.move(seconds(5))
    rig.gateway.heard((BUTTON,), rig.clock.now())
    bad = (await device(web, BUTTON))["properties"][0]
    assert (bad["quality"], bad["cause"], bad["age_s"]) == ("bad", "no answer for 2 s", 5.0)


async def test_a_button_says_how_surely_a_press_is_seen(web):
    assert (await device(web, BUTTON))["grade"] == "counted"
    assert (await device(web, "elm/button-2"))["grade"] == "contact only"
    assert (await device(web, LANE))["grade"] is None


async def test_a_device_on_the_list_that_no_link_reaches_is_shown_as_bad(web):
    camera = await device(web, "elm/camera")
    assert camera["link"] is None
    assert camera["properties"][0]["cause"] == "no link reaches this device"


async def test_an_alarm_is_acknowledged_and_reset_by_name_and_stays_on_record(rig, web):
    await rig.press()
    await rig.settled()
    (alarm,) = (await web.get("/api/alarms", params={"standing": True})).json()
    assert (alarm["severity"], alarm["may"]) == ("alarm", ["acknowledge"])
    path = f"/api/alarms/{alarm['id']}"
    refused = await web.post(f"{path}/reset", json={"by": "值班员", "reason": "over"})
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == "its cause is still there"
    assert (await web.post(f"{path}/acknowledge", json={"by": " "})).status_code == 422
    assert (await web.post(f"{path}/acknowledge", json={"by": "值班员"})).status_code == 204
    rig.driver.say(BUTTON, "pressed", False)
    await rig.batch()
    assert (await web.post(f"{path}/reset", json={"by": "值班员"})).status_code == 422
    reset = await web.post(f"{path}/reset", json={"by": "值班员", "reason": "over"})
    assert reset.status_code == 204
    assert (await web.get("/api/alarms", params={"standing": True})).json() == []
    (past,) = (await web.get("/api/alarms", params={"standing": False})).json()
    assert (past["acknowledged_by"], past["reset_reason"]) == ("值班员", "over")
    assert (await web.post(f"{path}/reset", json={"by": "x", "reason": "y"})).status_code == 404


async def test_many_alarms_are_one_line_for_each_place_and_kind(rig, web):
    await rig.press()
    rig.driver.say("elm/button-2", "pressed", True)
    await rig.batch()
    groups = (await web.get("/api/alarm-groups")).json()
    standing = (await web.get("/api/alarms", params={"standing": True})).json()
    assert {name for one in groups for name in one["alarms"]} == {one["id"] for one in standing}
    (buttons,) = [one for one in groups if one["kind"] == "one-key-alarm"]
    assert (buttons["count"], buttons["unacknowledged"], buttons["severity"]) == (2, 2, "alarm")
    assert buttons["place_title"].keys() == {"en", "zh"}


async def test_an_incident_shows_its_four_timestamps_and_every_recipient(rig, web):
    await rig.press()
    await rig.settled()
    (case,) = (await web.get("/api/incidents")).json()
    path = f"/api/incidents/{case['id']}"
    answer = {"responder": "elm/station", "answer": "acknowledged"}
    rig.clock.move(seconds(2))
    assert (await web.post(f"{path}/answers", json=answer)).status_code == 204
    stranger = {"responder": "elm/nobody", "answer": "accepted"}
    assert (await web.post(f"{path}/answers", json=stranger)).status_code == 409
    rig.clock.move(seconds(2))
    handled = await web.post(f"{path}/handle", json={"by": "所长", "reason": "resolved"})
    assert handled.status_code == 204
    assert (await web.get("/api/incidents", params={"open": True})).json() == []
    (case,) = (await web.get("/api/incidents", params={"open": False})).json()
    assert case["sensed"] < case["acknowledged"] < case["handled"]
    assert case["warned"] is None  # no page was open and nobody else was registered
    assert case["handled_by"] == "所长"
    assert {one["responder"] for one in case["recipients"]} == {
        "elm/station",
        "elm/console",
        "elm/volunteer-1",
    }


ORDER = {"device": LANE, "action": "lock", "by": "值班员", "reason": "drill"}


async def test_a_command_is_given_once_per_key_and_its_end_can_be_read(rig, web):
    first = await web.post("/api/commands", json={"id": "k1", **ORDER})
    assert first.status_code == 202
    await rig.settled()
    again = await web.post("/api/commands", json=ORDER, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()["result"]) == (200, "confirmed")
    other = await web.post("/api/commands", json={"id": "k1", **ORDER, "action": "release"})
    assert other.status_code == 409
    assert len(rig.driver.executed) == 1
    assert (await web.get("/api/commands/k1")).json()["result"] == "confirmed"
    assert [one["id"] for one in (await web.get("/api/commands")).json()] == ["k1"]


async def test_a_key_that_only_the_engine_still_knows_is_refused_and_not_shown_as_under_way(
    rig, web, monkeypatch
):
    monkeypatch.setattr("gateway.history.COMMANDS_KEPT", 1)
    for key in ("k1", "k2"):
        await web.post("/api/commands", json={"id": key, **ORDER})
        await rig.settled()
    again = await web.post("/api/commands", json={"id": "k1", **ORDER})
    assert (again.status_code, again.json()["detail"]) == (409, "the key 'k1' was used before")
    assert (await web.get("/api/commands/k1")).status_code == 404
    assert [one["result"] for one in (await web.get("/api/commands")).json()] == ["confirmed"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id": None}, 422),
        ({"id": "two words"}, 422),
        ({"device": "elm/none"}, 404),
        ({"action": "fly"}, 422),
        ({"by": ""}, 422),
        ({"colour": "red"}, 422),
    ],
)
async def test_a_command_that_makes_no_sense_is_refused_before_it_is_given(
    rig, web, change, status
):
    answer = await web.post("/api/commands", json={"id": "k1", **ORDER, **change})
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert not rig.gateway.history.commands


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8000"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
    ],
)
async def test_a_foreign_host_or_origin_is_refused(rig, web, headers):
    answer = await web.post("/api/commands", json={"id": "k1", **ORDER}, headers=headers)
    assert answer.status_code == 403
    assert not rig.gateway.history.commands


async def test_our_own_page_and_a_form_that_is_no_json_are_told_apart(web):
    own = {"Origin": "http://127.0.0.1:8000"}
    good = await web.post("/api/commands", json={"id": "k1", **ORDER}, headers=own)
    assert good.status_code == 202
    body = json.dumps({"id": "k2", **ORDER})
    form = await web.post("/api/commands", content=body, headers={"Content-Type": "text/plain"})
    assert form.status_code == 422


async def test_the_page_is_whole_and_asks_nothing_of_other_hosts(web):
    for path in PAGE:
        answer = await web.get(path)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "https://" not in answer.text
        assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")


async def test_every_text_of_the_page_exists_in_both_languages(web):
    english, chinese = [
        (await web.get(f"/api/messages/{language}")).json() for language in ("en", "zh")
    ]
    assert english.keys() == chinese.keys()
    assert all(english.values())
    assert all(chinese.values())
    script = "".join([(await web.get(path)).text for path in PAGE])
    used = {part.split('"')[0] for part in script.split('text("')[1:]}
    used |= {part.split('"')[0] for part in script.split('data-text="')[1:]}
    assert used <= english.keys() | {""}
    assert {f"role-{one}" for one in Role} <= english.keys()
    assert {f"kind-{one}" for one in ALARM_KINDS} <= english.keys()
    assert (await web.get("/api/messages/fr")).status_code == 422


async def test_the_page_has_words_for_every_state_verdict_and_answer(web):
    known = (await web.get("/api/messages/zh")).json()
    wanted = {
        *(f"guard-{state}" for state in GuardState),
        *(f"visit-{state}" for state in VisitState),
        *(f"verdict-{verdict}" for verdict in HitVerdict),
        *(f"answer-{answer}" for answer in Answer if answer is not Answer.ARRIVED),
        *(f"result-{result}" for result in CommandResult),
        *(f"lack-{name}" for needs in FUNCTION_NEEDS.values() for name in needs),
    }
    assert not wanted - known.keys()


async def test_health_says_what_is_wrong(rig, web):
    well = await web.get("/health")
    assert (well.status_code, well.json()["status"]) == (200, "ok")
    rig.gateway.writer.failure = "the disk is full"
    ill = await web.get("/health")
    assert (ill.status_code, ill.json()["store"]) == (503, "the disk is full")


class Stream:
    """Reads server-sent events from a real connection."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, kind: str) -> dict[str, str]:
        event: dict[str, str] = {}
        async with asyncio.timeout(5):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name:
                    event[name] = value
                elif event.get("event") == kind:
                    return event
                else:
                    event = {}
        raise AssertionError("the stream ended")


@pytest.fixture
async def server(rig: Rig) -> AsyncIterator[WebServer]:
    app = make_app(rig.gateway)
    web = WebServer(app, "127.0.0.1", 0, before_stop=rig.gateway.bus.close)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(web.run())
        yield web
        task.cancel()


async def test_the_stream_ticks_tells_what_happens_and_goes_on_where_it_was(rig, server):
    async with httpx.AsyncClient(base_url=server.url) as client:
        async with client.stream("GET", "/api/events") as response:
            stream = Stream(response)
            tick = json.loads((await stream.next("tick"))["data"])
            assert tick["now"] == "2026-08-30T23:00:00.000Z"
            rig.driver.say(BUTTON, "pressed", False)
            first = await stream.next("output")
            assert json.loads(first["data"])["type"] == "PropertyChanged"
        rig.driver.say(BUTTON, "press_count", 7)
        await rig.batch()
        again = {"Last-Event-ID": first["id"]}
        async with client.stream("GET", "/api/events", headers=again) as response:
            missed = json.loads((await Stream(response).next("output"))["data"])
            assert missed["record"]["value"] == 7
        unknown = {"Last-Event-ID": "9999.0"}
        async with client.stream("GET", "/api/events", headers=unknown) as response:
            rig.driver.say(BUTTON, "press_count", 8)
            await Stream(response).next("reset")


async def test_ticks_come_while_outputs_come_faster(rig, server, monkeypatch):
    monkeypatch.setattr("gateway.api.TICK_S", 0.05)

    async def chatter():
        for number in range(1000):
            rig.driver.say(BUTTON, "press_count", 0 if number % 2 else 1)
            await asyncio.sleep(0.005)

    async with httpx.AsyncClient(base_url=server.url) as client, asyncio.TaskGroup() as group:
        task = group.create_task(chatter())
        async with client.stream("GET", "/api/events") as response:
            stream = Stream(response)
            for _ in range(3):
                await stream.next("tick")
        task.cancel()


async def test_the_server_stops_with_a_page_still_open(rig):
    app = make_app(rig.gateway)
    web = WebServer(app, "localhost", 0, before_stop=rig.gateway.bus.close)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        task = group.create_task(web.run())
        async with (
            httpx.AsyncClient(base_url=web.url) as client,
            client.stream("GET", "/api/events") as response,
        ):
            stream = Stream(response)
            await stream.next("tick")
            task.cancel()
            with pytest.raises(AssertionError, match="the stream ended"):
                await stream.next("output")


async def test_only_addresses_of_this_machine_are_bound_and_a_taken_port_is_named(rig):
    app = make_app(rig.gateway)
    for host in ("0.0.0.0", "::", "192.168.1.10", "example.com"):  # noqa: S104
        with pytest.raises(ConfigError, match="no accounts yet"):
            WebServer(app, host, 0, before_stop=rig.gateway.bus.close)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}.*cannot be bound"):
            WebServer(app, "127.0.0.1", port, before_stop=rig.gateway.bus.close)


ORDER_TEXT = b'{"id":"k1","device":"elm/lane","action":"lock","by":"x","reason":"y","arguments":%s}'


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (b'{"\\ud800": 1}', 422),
        (b'{"text": "\\udfff"}', 422),
        (b'{"door": NaN}', 422),
        (b'{"door": -Infinity}', 422),
        (b'{"door": 1e999}', 422),
        (b'{"door": 1' + b"0" * 30 + b"}", 422),
        (b'{"door": 1' + b"0" * 5000 + b"}", 422),
        (b"[" * 40 + b"]" * 40, 422),
        (b"[" * 30_000, 422),
        (b'"' + b'\\"' * 25_000, 422),
        (b'{"text": "' + b"x" * 65_536 + b'"}', 413),
        (b'{"text": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', 202),
    ],
    ids=range(12),
)
async def test_a_body_that_is_no_strict_small_json_is_refused_and_the_engine_lives(
    rig, web, arguments, status
):
    headers = {"Content-Type": "application/json"}
    body = ORDER_TEXT % arguments
    answer = await web.post("/api/commands", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    again = await web.post("/api/commands", json={"id": "k2", **ORDER})
    assert again.status_code == 202


async def test_a_body_without_a_length_is_counted_while_it_comes(web):
    sent = []

    async def endless():
        while True:
            sent.append(1)
            yield b'{"a":' * 1000

    answer = await web.post("/api/commands", content=endless())
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


async def test_at_most_ten_problems_of_a_body_are_listed(web):
    odd = {f"field{number}": 1 for number in range(500)}
    answer = await web.post("/api/commands", json={"id": "k1", **ORDER, **odd})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 10
    assert answer.json()["detail"].endswith("and 490 more")


@pytest.mark.parametrize("key", ["elm/command/1", "a b", "", "x" * 65, "schlüssel", "a\n"])
async def test_a_key_that_could_be_one_of_a_plan_is_refused(rig, web, key):
    answer = await web.post("/api/commands", json={"id": key, **ORDER})
    assert answer.status_code == 422
    assert not rig.gateway.history.commands


async def test_one_and_true_and_one_point_nought_are_different_commands(web):
    first = {"id": "k1", **ORDER, "arguments": {"door": 1}}
    assert (await web.post("/api/commands", json=first)).status_code == 202
    assert (await web.post("/api/commands", json=first)).status_code == 200
    for other in (True, 1.0, "1"):
        again = await web.post("/api/commands", json={**first, "arguments": {"door": other}})
        assert again.status_code == 409


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_a_page_of_another_site_loads_is_refused(web, site):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    for path in ("/api/events", "/api/alarms", "/health"):
        assert (await web.get(path, headers=headers)).status_code == 403
    assert (await web.get("/", headers=headers)).status_code == 200
    own = {"Sec-Fetch-Site": "same-origin"}
    assert (await web.get("/api/alarms", headers=own)).status_code == 200


async def test_devices_of_a_school_that_is_not_served_are_not_found(web):
    assert (await web.get("/api/devices", params={"school": "nosuch"})).status_code == 404
    assert (await web.get("/api/devices", params={"school": "elm"})).json()


async def test_utf_16_is_no_way_around_the_checks(rig, web):
    body = json.dumps({"id": "k1", **ORDER, "arguments": {"door": float("nan")}}).encode("utf-16")
    headers = {"Content-Type": "application/json"}
    assert (await web.post("/api/commands", content=body, headers=headers)).status_code == 422
    assert not rig.gateway.history.commands


async def test_a_page_can_be_opened_before_the_server_runs(rig):
    web = WebServer(make_app(rig.gateway), "127.0.0.1", 0, before_stop=rig.gateway.bus.close)
    host, port = web.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=1):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(web.run())
            async with httpx.AsyncClient(base_url=web.url) as client:
                assert (await client.get("/health")).status_code == 200
            task.cancel()


async def test_connections_that_ask_for_nothing_keep_nobody_out_and_are_closed(server, monkeypatch):
    monkeypatch.setattr("gateway.web.REQUEST_TIMEOUT_S", 0.5)
    host, port = server.url.removeprefix("http://").split(":")
    idle = [await asyncio.open_connection(host, int(port)) for _ in range(205)]
    idle[0][1].write(b"GET /health HTTP/1.1\r\nHost: ")  # and no more
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/health")).status_code == 200
    async with asyncio.timeout(5):
        for reader, writer in idle:
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()


async def test_beyond_the_limit_the_oldest_silent_connection_goes(server, monkeypatch):
    monkeypatch.setattr("gateway.web.CONNECTIONS_MAX", 3)
    host, port = server.url.removeprefix("http://").split(":")
    idle = [await asyncio.open_connection(host, int(port)) for _ in range(3)]
    async with httpx.AsyncClient(base_url=server.url) as client, asyncio.timeout(5):
        assert (await client.get("/health")).status_code == 200
        with contextlib.suppress(ConnectionResetError):
            assert await idle[0][0].read() == b""
    for _, writer in idle:
        writer.close()


async def test_requests_under_way_have_a_limit(server, monkeypatch):
    monkeypatch.setattr("gateway.bodies.REQUESTS_MAX", 2)
    async with (
        httpx.AsyncClient(base_url=server.url) as client,
        client.stream("GET", "/api/events"),
    ):
        assert (await client.get("/health")).status_code == 200
        async with client.stream("GET", "/api/events"):
            assert (await client.get("/health")).status_code == 503
