"""Everything the engine tells is brought: warnings, calls, duty, visits, the course of a case."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import get_args

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import watch_api
from gateway.api import make_app
from gateway.outputs import OUTPUT_NAMES, OUTPUTS, topic_of
from gateway.store import MemoryStore
from tests.gateway.schools import SCHOOL, Rig, running
from tests.twins.elm_duty import PLANNED
from tests.twins.schools import TITLE, device
from twins import command, early_warning, incident, observation
from twins.instant import seconds
from twins.records import Input, Output
from twins.school import ChecklistStep, Plan, Responder, Role

POST = "elm/post"
BUSY_SCHOOL = replace(
    SCHOOL,
    devices=(
        *SCHOOL.devices,
        device("stop-reader", "guard-post-presence"),
        device("events", "event-recognition-front-end"),
        device("intercom", "intercom"),
    ),
    posts=PLANNED.posts,
    duty=PLANNED.duty,
    responders=(
        *SCHOOL.responders,
        Responder(id="elm/head", role=Role.HEAD, title=TITLE),
        Responder(id="elm/seat-2", role=Role.NEXT_SEAT, title=TITLE),
    ),
    plans=(
        *SCHOOL.plans,
        Plan(
            kind="one-key-alarm",
            checklist=(ChecklistStep(id="roll", title=TITLE, role=Role.GUARD, within=seconds(60)),),
        ),
    ),
)

NOT_FROM_PEOPLE = {
    observation.Observation,
    command.RequestCommand,
    command.CommandEnded,
    incident.NotificationDelivered,
    early_warning.WarningDelivered,
}
"""From drivers and channels; commands have a route of their own."""


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running(school=BUSY_SCHOOL) as rig:
        yield rig


@pytest.fixture
async def web(rig: Rig) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app(rig.gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def got(web: httpx.AsyncClient, path: str, **query: object) -> object:
    answer = await web.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def give(web: httpx.AsyncClient, kind: str, **body: object) -> httpx.Response:
    return await web.post(f"/api/inputs/{kind}", json=body)


def test_every_output_of_the_engine_has_its_place_in_the_api() -> None:
    assert set(OUTPUTS) == set(get_args(Output))
    assert len(OUTPUT_NAMES) == len(OUTPUTS)


def test_every_input_is_taken_from_people_or_is_known_not_to_be() -> None:
    assert set(watch_api.INPUTS.values()) | NOT_FROM_PEOPLE == set(get_args(Input))
    assert not set(watch_api.INPUTS.values()) & NOT_FROM_PEOPLE


def _dictionaries(kind: object) -> st.SearchStrategy[dict]:
    """Mappings of the core are dictionaries wherever they come from."""
    key, value = get_args(kind)
    return st.dictionaries(st.from_type(key), st.from_type(value), max_size=2)


st.register_type_strategy(Mapping, _dictionaries)


@pytest.mark.parametrize("kind", OUTPUTS, ids=lambda kind: kind.__name__)
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_output_can_be_brought(kind: type, data: st.DataObject) -> None:
    record = data.draw(st.from_type(kind))

    (told,) = json.loads(watch_api._records([(seconds(1), record)]).body)

    assert told["type"] == kind.__name__
    assert told["topic"] == topic_of(record)
    assert set(told["record"]) >= {"incident"} if OUTPUTS[kind].subject == "incident" else True
    subject = attrgetter(OUTPUTS[kind].subject)(record) if OUTPUTS[kind].subject else ""
    assert isinstance(subject, str), "an id, and not a whole record"


async def test_an_event_warns_on_the_page_and_is_booked_as_delivered(rig, web) -> None:
    rig.driver.say("elm/events", "events", 0)
    rig.driver.say("elm/events", "class", "knife")
    rig.driver.say("elm/events", "score", 0.91)
    with rig.gateway.bus.subscribe():  # a page looks on
        rig.driver.say("elm/events", "events", 1)
        watch = rig.gateway.view.memory.watch
        await rig.until(
            lambda: (
                watch.warnings
                and all(
                    one.delivered
                    for warning in watch.warnings.values()
                    for one in warning.deliveries.values()
                )
            )
        )

    (warning,) = await got(web, "/api/warnings")

    assert (warning["kind"], warning["score"]) == ("event-knife", 0.91)
    assert warning["event"]["zh"] == "持刀"
    assert {one["role"] for one in warning["told"]} == {"station", "guard"}
    assert all(one["delivered"] for one in warning["told"])
    assert warning["unmanned"] == ["unit"]
    told = await got(web, f"/api/incidents/{warning['id']}/timeline")
    assert [one["type"] for one in told][:2] == ["WarningOpened", "WarningNotice"]


async def test_after_a_restart_an_undelivered_warning_is_brought_again() -> None:
    store = MemoryStore()
    async with running(store, school=BUSY_SCHOOL) as rig:
        for name, value in (("events", 0), ("class", "knife"), ("score", 0.9), ("events", 1)):
            rig.driver.say("elm/events", name, value)
        await rig.until(lambda: rig.gateway.view.memory.watch.warnings)
    async with running(store, school=BUSY_SCHOOL) as rig:
        with rig.gateway.bus.subscribe():
            (warning,) = rig.gateway.view.memory.watch.warnings
            await rig.until(
                lambda: all(
                    one.delivered
                    for one in rig.gateway.view.memory.watch.warnings[warning].deliveries.values()
                )
            )


async def test_a_case_shows_who_is_not_called_what_is_to_be_done_and_how_it_went_on(
    rig, web
) -> None:
    await rig.press()
    await rig.settled()
    rig.clock.move(seconds(31))
    await rig.until(lambda: "elm/head" in _case(rig).assignments)
    (case,) = await got(web, "/api/incidents")

    assert case["not_called"][0]["responder"] == "elm/shop-night"
    assert case["not_called"][0]["reason_title"]["zh"] == "不在可出动时段"
    assert [(one["step"], one["after_s"]) for one in case["escalations"]] == [(1, 30.0)]
    (step,) = case["checklist"]
    assert (step["step"], step["done"]) == ("roll", None)
    channels = {one["role"]: one["channel"] for one in case["recipients"]}
    assert channels["station"]
    assert not channels["volunteer"]
    assert not channels["head"]

    done = await give(web, "CompleteStep", incident=case["id"], step="roll", by="guard-1")
    assert [one["type"] for one in done.json()] == ["StepCompleted"]
    again = await give(web, "CompleteStep", incident=case["id"], step="roll", by="guard-1")
    assert (again.status_code, again.json()["detail"]) == (409, "roll was done by guard-1")

    hops = await got(web, f"/api/incidents/{case['id']}/ledger")
    assert [one["hop"] for one in hops][:3] == ["contact", "received", "decided"]
    acknowledged = [one for one in hops if one["hop"] == "acknowledged"]
    assert [one["at"] for one in acknowledged] == [None]  # a hop that did not happen shows


async def test_a_volunteer_accepts_says_when_arrives_or_declines(rig, web) -> None:
    await rig.press()
    await rig.settled()
    (case,) = await got(web, "/api/incidents")
    path = f"/api/incidents/{case['id']}/answers"

    accepted = {"responder": "elm/volunteer-1", "answer": "accepted", "eta_s": 90}
    assert (await web.post(path, json=accepted)).status_code == 204
    assert _told(await got(web, "/api/incidents"))["expected"] == "2026-08-30T23:01:30.000Z"
    rig.clock.move(seconds(80))
    arrived = {"responder": "elm/volunteer-1", "answer": "arrived"}
    assert (await web.post(path, json=arrived)).status_code == 204
    assert _told(await got(web, "/api/incidents"))["arrived"] == "2026-08-30T23:01:20.000Z"


async def test_a_call_rings_is_answered_and_ends_on_record(rig, web) -> None:
    for name, value in (("online", True), ("calling", False), ("in_call", False)):
        rig.driver.say("elm/intercom", name, value)
    await rig.batch()
    offered = await give(web, "OfferCall", device="elm/intercom", peer="station", by="guard-1")
    assert offered.status_code == 200, offered.text
    (call,) = await got(web, "/api/calls")
    assert (call["state"], call["state_title"]["zh"]) == ("offered", "呼叫中")

    assert (await give(web, "AnswerCall", call=call["id"], by="station")).status_code == 200
    assert (await give(web, "EndCall", call=call["id"], by="station")).status_code == 200

    (call,) = await got(web, "/api/calls")
    assert (call["state"], call["open"], call["over"] is None) == ("ended", False, False)


async def test_posts_show_their_guard_roster_and_check_in(rig, web) -> None:
    rig.driver.say("elm/presence", "present", True)
    await rig.batch()
    given = await give(web, "CheckIn", post="elm/stop", by="guard-1")
    assert [one["type"] for one in given.json()] == ["PostCheckedIn"]

    duty = await got(web, "/api/duty")

    posts = {one["id"]: one for one in duty["posts"]}
    assert (posts[POST]["states"], posts[POST]["held"]) == (["on post"], True)
    assert [one["person"] for one in posts[POST]["rostered"]] == ["guard-1"]
    assert posts["elm/stop"]["check_in_due"] == "2026-08-30T23:15:00.000Z"
    assert {one["kind"] for one in duty["patrols"]} == {"video", "round"}
    rig.clock.move(seconds(2 * 3600))
    await rig.until(lambda: rig.gateway.history.missed)
    missed = (await got(web, "/api/duty"))["missed"]
    assert {one["what"] for one in missed} >= {"check-in"}


async def test_a_visit_is_registered_and_shows_its_next_step(rig, web) -> None:
    registered = await give(
        web, "RegisterVisit", id="v1", school="elm", visitor="visitor-17", purpose="parent",
        host="teacher-3", by="terminal",
    )  # fmt: skip
    assert registered.status_code == 200, registered.text

    (visit,) = (await got(web, "/api/visits"))["visits"]

    assert (visit["state"], visit["next"]) == ("registered", "identify")
    assert visit["next_title"]["zh"] == "核验身份"


async def test_functions_and_channels_are_told_as_they_are(web) -> None:
    functions = {one["function"]: one for one in await got(web, "/api/functions", school="elm")}
    assert (await web.get("/api/duty", params={"school": "oak"})).status_code == 404
    assert len(functions) == 5
    assert functions["one-key-alarm"]["lacks"][0]["why"] == "it has never answered"

    channels = {one["role"]: one["channel"] for one in await got(web, "/api/channels")}
    assert channels == {
        "station": True, "guard": True, "volunteer": False, "next seat": False, "head": False,
    }  # fmt: skip


async def test_records_of_any_type_are_read_from_the_log(rig, web) -> None:
    await rig.press()
    await rig.settled()

    (opened,) = await got(web, "/api/records", type="IncidentOpened")

    assert (opened["topic"], opened["record"]["incident"]["kind"]) == ("incidents", "one-key-alarm")
    few = await got(web, "/api/records", limit=2)
    assert len(few) == 2
    wrong = await web.get("/api/records", params={"type": "IncidentOpend"})
    assert wrong.status_code == 422
    assert "did you mean 'IncidentOpened'?" in wrong.json()["detail"]


@pytest.mark.parametrize(
    ("kind", "body", "status", "reason"),
    [
        ("CheckInn", {}, 404, "did you mean 'CheckIn'?"),
        ("Observation", {}, 404, "there is no input"),
        ("CheckIn", {"post": POST}, 422, "missing required field `by`"),
        ("CheckIn", {"post": POST, "by": 5}, 422, "Expected `str`"),
        ("CheckIn", {"post": POST, "by": "x", "form": 1}, 422, "'form' is not known here"),
        ("CheckIn", {"post": POST, "by": "x" * 501}, 422, "longer than 500"),
        ("CheckIn", {"post": "elm/nowhere", "by": "guard-1"}, 409, "no such"),
        ("CheckIn", [1], 422, "Expected `object`"),
    ],
)
async def test_a_wrong_input_is_refused_with_its_reason(web, kind, body, status, reason) -> None:
    answer = await web.post(f"/api/inputs/{kind}", json=body)

    assert answer.status_code == status, answer.text
    assert reason in answer.json()["detail"]


def _case(rig: Rig) -> incident.Incident:
    (case,) = rig.gateway.view.incidents.values()
    return case


def _told(cases: list[dict]) -> dict:
    ((case,),) = (cases,)
    return next(one for one in case["recipients"] if one["responder"] == "elm/volunteer-1")
