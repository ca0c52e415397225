"""A case from the press to its end: escalation, checklist, four timestamps, every hop, the drill."""

import json
from dataclasses import replace

import pytest

from scenarios.drill import DrillDocument
from scenarios.drill_loader import load_drill_with_school
from scenarios.loader import load_school
from tests.twins.schools import ELM, MONDAY_0700, TITLE, says
from twins.alarm import InputRefused
from twins.command import Command, CommandEnded, CommandResult
from twins.drill_export import drill_document
from twins.engine import Engine
from twins.incident import (
    Answer,
    CompleteStep,
    EscalationRaised,
    HandleIncident,
    IncidentFlagged,
    IncidentHandled,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
    StepCompleted,
    StepOverdue,
)
from twins.instant import milliseconds, seconds
from twins.ledger import Hop, ledger
from twins.observation import Observation
from twins.records import Output
from twins.school import ChecklistStep, EscalationStep, Responder, Role

NOW = MONDAY_0700
CASE = "elm/incident/1"

CONTACTS = (
    Responder(id="elm/next-seat", role=Role.NEXT_SEAT, title=TITLE),
    Responder(id="elm/head", role=Role.HEAD, title=TITLE),
    Responder(id="elm/centre", role=Role.CENTRE, title=TITLE),
)
CHECKLIST = (
    ChecklistStep(id="count-pupils", title=TITLE, role=Role.STAFF, within=seconds(120)),
    ChecklistStep(id="view-video", title=TITLE, role=Role.STATION, within=seconds(30)),
)
SCHOOL = replace(
    ELM,
    responders=(*ELM.responders, *CONTACTS),
    plans=(replace(ELM.plans[0], checklist=CHECKLIST),),
)


def of(kind: type, outputs: list[Output]) -> list[Output]:
    return [output for output in outputs if isinstance(output, kind)]


def told(outputs: list[Output]) -> list[str]:
    return [note.responder for note in of(Notification, outputs)]


def pressed(school=SCHOOL) -> tuple[Engine, list[Output]]:
    engine = Engine([school])
    return engine, engine.receive([says("button", "pressed", True, NOW)], NOW)


def answered(responder: str) -> RecipientAnswered:
    return RecipientAnswered(
        incident=CASE, responder=f"elm/{responder}", answer=Answer.ACKNOWLEDGED
    )


# Escalation


@pytest.mark.requirement("R18", "R79")
def test_an_unanswered_case_goes_to_the_next_seat_and_the_head_then_to_the_110_centre():
    engine, outputs = pressed()
    assert not {"elm/next-seat", "elm/head", "elm/centre"} & set(told(outputs))
    assert not of(EscalationRaised, engine.advance(NOW + seconds(30) - 1))
    first = engine.advance(NOW + seconds(30))
    assert told(first) == ["elm/next-seat", "elm/head"]
    assert of(EscalationRaised, first) == [
        EscalationRaised(
            incident=CASE, step=1, after=seconds(30), responders=("elm/next-seat", "elm/head")
        )
    ]
    assert told(engine.advance(NOW + seconds(60))) == ["elm/centre"]


@pytest.mark.requirement("R18")
@pytest.mark.parametrize("seat", ["station", "next-seat"])
def test_an_acknowledgement_by_a_seat_ends_the_escalation(seat):
    engine, _ = pressed()
    at = NOW + seconds(29 if seat == "station" else 31)
    engine.advance(at)
    engine.receive([answered(seat)], at)
    assert not of(EscalationRaised, engine.advance(NOW + seconds(600)))


def test_a_guard_or_a_volunteer_does_not_end_the_escalation():
    engine, _ = pressed()
    engine.receive([answered("console"), answered("volunteer-1")], NOW + seconds(5))
    assert of(EscalationRaised, engine.advance(NOW + seconds(30)))


def test_a_closed_case_does_not_escalate():
    engine, _ = pressed()
    engine.receive([HandleIncident(incident=CASE, by="Station", reason="over")], NOW + seconds(5))
    assert not of(EscalationRaised, engine.advance(NOW + seconds(600)))


def test_an_escalation_with_nobody_left_to_tell_is_shown_and_not_passed_over():
    engine, _ = pressed(ELM)
    (raised,) = of(EscalationRaised, engine.advance(NOW + seconds(30)))
    assert raised.responders == ()


@pytest.mark.requirement("R18")
def test_who_is_told_after_how_long_is_the_school_s_data():
    steps = (EscalationStep(after=seconds(10), responders=("elm/centre", "elm/station")),)
    engine, _ = pressed(replace(SCHOOL, escalation=steps))
    assert told(engine.advance(NOW + seconds(10))) == ["elm/centre"], "nobody is told twice"
    assert not of(EscalationRaised, engine.advance(NOW + seconds(600)))


# Checklist and timestamps


@pytest.mark.requirement("R52")
def test_the_checklist_says_who_did_what_and_what_is_overdue():
    engine, _ = pressed()
    looked = CompleteStep(incident=CASE, step="view-video", by="Officer on duty")
    (done,) = of(StepCompleted, engine.receive([looked], NOW + seconds(20)))
    assert done == StepCompleted(incident=CASE, step="view-video", by="Officer on duty", late=False)
    (overdue,) = of(StepOverdue, engine.advance(NOW + seconds(120)))
    assert (overdue.step, overdue.role) == ("count-pupils", Role.STAFF)
    counted = CompleteStep(incident=CASE, step="count-pupils", by="Teacher")
    (late,) = of(StepCompleted, engine.receive([counted], NOW + seconds(140)))
    assert late.late
    items = engine.incidents[CASE].checklist
    assert {item.step: item.by for item in items.values()} == {
        "count-pupils": "Teacher",
        "view-video": "Officer on duty",
    }


@pytest.mark.requirement("R52")
def test_a_step_that_nobody_did_is_named_when_the_case_is_closed():
    engine, _ = pressed()
    engine.receive([NotificationDelivered(incident=CASE, responder="elm/console")], NOW)
    engine.receive([answered("station")], NOW + seconds(5))
    engine.receive([CompleteStep(incident=CASE, step="view-video", by="Officer")], NOW + seconds(6))
    closing = HandleIncident(incident=CASE, by="Station", reason="person detained")
    (flagged,) = of(IncidentFlagged, engine.receive([closing], NOW + seconds(300)))
    assert flagged == IncidentFlagged(
        incident=CASE, missing_timestamps=(), missing_steps=("count-pupils",)
    )
    assert not of(StepOverdue, engine.advance(NOW + seconds(600)))


def test_steps_are_refused_twice_without_a_name_or_if_the_plan_has_none_such():
    engine, _ = pressed()
    step = CompleteStep(incident=CASE, step="view-video", by="Officer")
    engine.receive([step], NOW)
    wrong = {
        "was done by Officer": step,
        "no step 'make-tea'": replace(step, step="make-tea"),
        "a name is needed": replace(step, step="count-pupils", by=" "),
        "no such incident": replace(step, incident="elm/incident/9"),
    }
    for words, request in wrong.items():
        (refused,) = of(InputRefused, engine.receive([request], NOW))
        assert words in refused.reason


@pytest.mark.requirement("R17")
def test_a_case_closed_without_one_of_its_four_timestamps_is_flagged():
    engine, _ = pressed(ELM)
    closing = HandleIncident(incident=CASE, by="Station", reason="person detained")
    outputs = engine.receive([closing], NOW + seconds(5))
    (flagged,) = of(IncidentFlagged, outputs)
    assert of(IncidentHandled, outputs), "it is closed all the same"
    assert flagged.missing_timestamps == ("warned", "acknowledged")


@pytest.mark.requirement("R17")
def test_a_case_with_all_four_timestamps_is_not_flagged():
    engine, _ = pressed(ELM)
    engine.receive([NotificationDelivered(incident=CASE, responder="elm/console")], NOW)
    engine.receive([answered("station")], NOW + seconds(5))
    closing = HandleIncident(incident=CASE, by="Station", reason="person detained")
    assert not of(IncidentFlagged, engine.receive([closing], NOW + seconds(9)))


# The way of the call


@pytest.mark.requirement("R07")
def test_the_ledger_has_every_hop_from_the_contact_to_the_acknowledgement():
    engine = Engine([ELM])
    contact = Observation(
        device="elm/button",
        property="pressed",
        value=True,
        source_time=NOW,
        receive_time=NOW + milliseconds(150),
    )
    engine.receive([contact], NOW + milliseconds(200))
    for name, after in (("station", 400), ("console", 300), ("volunteer-1", 900)):
        delivered = NotificationDelivered(incident=CASE, responder=f"elm/{name}")
        engine.receive([delivered], NOW + milliseconds(after))
    engine.receive([answered("station")], NOW + seconds(8))
    rows = {
        (row.hop, row.subject): row
        for row in ledger(engine.incidents[CASE], engine.alarms.values())
    }
    since = {key: row.since_contact for key, row in rows.items()}
    assert since[Hop.CONTACT, "elm/button"] == 0
    assert since[Hop.RECEIVED, "elm/button"] == milliseconds(150)
    assert since[Hop.DECIDED, "elm/button"] == milliseconds(200)
    assert since[Hop.NOTIFIED, "elm/station"] == milliseconds(200)
    assert since[Hop.DELIVERED, "elm/volunteer-1"] == milliseconds(900)
    assert since[Hop.ACKNOWLEDGED, "elm/station"] == seconds(8)
    assert rows[Hop.ACKNOWLEDGED, "elm/station"].since_previous == seconds(8) - milliseconds(200)
    assert rows[Hop.HANDLED, ""].at is None, "what has not happened shows as missing"


def test_a_case_is_exported_as_a_drill_that_the_drill_language_takes(tmp_path):
    school = load_school("demo-primary").school
    engine, now = Engine([school]), NOW
    button = f"{school.id}/gate-button"
    log: list[tuple[int, object]] = []

    def receive(inputs, at):
        log.extend((at, one) for one in inputs)
        outputs = engine.receive(inputs, at)
        log.extend((at, one) for one in outputs)
        return outputs

    def seen(device, name, value, at):
        return Observation(
            device=device, property=name, value=value, source_time=at, receive_time=at
        )

    receive([seen(f"{school.id}/gate-camera", "loitering", True, now)], now)
    at = now + seconds(120)
    outputs = receive([seen(button, "pressed", True, at)], at)
    case = f"{school.id}/incident/1"
    receive([seen(button, "pressed", False, at + milliseconds(100))], at + milliseconds(100))
    receive([seen(button, "pressed", True, at + seconds(5))], at + seconds(5))
    for note in of(Notification, outputs):
        delivered = NotificationDelivered(incident=case, responder=note.responder)
        receive([delivered], at + milliseconds(700))
    for command in of(Command, outputs):
        ended = CommandEnded(
            command=command.id, device=command.device, result=CommandResult.CONFIRMED
        )
        receive([ended], at + seconds(2))
    said = RecipientAnswered(
        incident=case, responder=f"{school.id}/station", answer=Answer.ACKNOWLEDGED
    )
    receive([said], at + seconds(9))
    receive([HandleIncident(incident=case, by="Station", reason="over")], at + seconds(300))

    document = drill_document(log, school, case)
    DrillDocument.model_validate(document)
    file = tmp_path / "case.yaml"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    drill, _ = load_drill_with_school(file)
    assert [(one.do, one.at, one.lasts) for one in drill.injects] == [
        ("loiters", 0, 0),
        ("press", seconds(120), milliseconds(100)),
        ("press", seconds(125), seconds(1)),
    ]
    kinds = [one.when.kind for one in drill.expected]
    assert kinds[:4] == ["alarm-raised", "alarm-raised", "alarm-repeated", "incident-opened"]
    assert kinds.count("command-ended") == len(of(Command, outputs))
    assert kinds[-2:] == ["incident-acknowledged", "incident-handled"]
    (acknowledged,) = [one for one in drill.expected if one.when.kind == "incident-acknowledged"]
    assert acknowledged.within == seconds(10)


def test_a_case_that_the_log_does_not_hold_cannot_be_exported():
    with pytest.raises(KeyError):
        drill_document([], ELM, CASE)
