"""Management: tests, storage, training, tools, inspections, rule books, staffing, the head."""

from dataclasses import replace

import pytest

from tests.twins.kit_school import NOW, OAK, running, says
from twins.announcement import AnnounceTest
from twins.capability import capabilities
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.instant import seconds
from twins.management.acceptance import Stage, acceptance, devices_used
from twins.management.drill_reports import head_findings, last_signed, sign
from twins.management.finding import DAY, FINDINGS, FindingKind, Notice, Weakness, notice
from twins.management.registers import (
    DrillReport,
    EvidencePoint,
    Headcount,
    Inspection,
    InspectionNote,
    Maintenance,
    Registers,
    Rule,
    RuleBook,
    Tool,
    Training,
    TrainingRecord,
)
from twins.management.rule_books import (
    FOUR_SYSTEMS,
    NAMED_BOOKS,
    SEVEN_DOCUMENTS,
    book_findings,
    rule_findings,
)
from twins.management.staffing import StaffingNorm, shortage, staffing_findings, staffing_norms
from twins.management.upkeep import (
    TEST_EVERY,
    UNTRAINED_FACTOR,
    button_calendar,
    button_findings,
    inspection_findings,
    maintenance_calendar,
    maintenance_findings,
    skill,
    storage_findings,
    tool_findings,
    training_findings,
)
from twins.management.view import findings, realised
from twins.observation import Quality

TITLE = {"en": "x", "zh": "x"}


def kinds(found):
    return {one.kind for one in found}


def engine_with_a_tested_button():
    """An engine whose button was pressed under an announced test, and when."""
    engine = running()
    window = AnnounceTest(
        subject="oak/button", start=NOW, until=NOW + seconds(600), by="Guard A", reason="quarter"
    )
    engine.receive([window], NOW)
    at = NOW + seconds(60)
    engine.receive([says("button", "pressed", True, at)], at)
    engine.receive([says("button", "pressed", False, at + seconds(1))], at + seconds(1))
    return engine, at


@pytest.mark.requirement("R62")
def test_a_button_untested_for_a_quarter_is_a_finding_and_a_test_press_ends_it():
    assert kinds(button_findings(OAK, running().state(), NOW)) == {FindingKind.BUTTON_NOT_TESTED}
    engine, at = engine_with_a_tested_button()
    (line,) = button_calendar(OAK, engine.state())
    assert (line.last, line.due) == (at, at + TEST_EVERY)
    assert not list(button_findings(OAK, engine.state(), at + TEST_EVERY))
    (found,) = button_findings(OAK, engine.state(), at + TEST_EVERY + 1)
    assert (found.subject, found.since) == ("oak/button", at + TEST_EVERY)
    assert found.weakness is Weakness.USE


@pytest.mark.requirement("R62")
def test_maintenance_that_was_not_done_in_time_is_a_finding_and_doing_it_ends_it():
    battery = Maintenance(
        id="oak/battery", title=TITLE, device="oak/ups", every_days=365, done=NOW - 365 * DAY
    )
    lens = replace(battery, id="oak/lens", device="oak/camera", every_days=30, done=None)
    registers = Registers(maintenance=(battery, lens))
    calendar = [(line.subject, line.due) for line in maintenance_calendar(registers)]
    assert calendar == [("oak/lens", None), ("oak/battery", NOW)]
    (never,) = maintenance_findings(OAK, registers, NOW)
    assert (never.subject, never.since) == ("oak/camera", None)
    found = {one.subject: one for one in maintenance_findings(OAK, registers, NOW + 1)}
    late = found["oak/ups"]
    assert (late.since, late.deadline) == (NOW, NOW + 14 * DAY)
    done = Registers(maintenance=(replace(battery, done=NOW), replace(lens, done=NOW)))
    assert not list(maintenance_findings(OAK, done, NOW + 30 * DAY))


@pytest.mark.requirement("R10.TW-storage")
@pytest.mark.parametrize(
    ("days", "kind"), [(29, "storage short"), (29.9, "storage short"), (30, None), (90, None)]
)
def test_a_camera_that_keeps_29_days_does_not_comply_and_one_that_keeps_30_does(days, kind):
    engine = running()
    engine.receive([says("camera", "storage_days", days)], NOW + 1)
    found = list(storage_findings(OAK, engine.state()))
    assert [one.kind for one in found] == ([kind] if kind else [])
    assert all(one.subject == "oak/camera" for one in found)


@pytest.mark.requirement("R10.TW-storage")
def test_a_camera_that_does_not_say_what_it_keeps_complies_with_nothing():
    engine = running()
    engine.receive([says("camera", "storage_days", None, NOW, Quality.BAD)], NOW + 1)
    assert kinds(storage_findings(OAK, engine.state())) == {FindingKind.STORAGE_UNKNOWN}


def trained_until(person, expires, training=Training.INSPECTION):
    return TrainingRecord(person=person, training=training, passed=NOW - DAY, expires=expires)


@pytest.mark.requirement("R81")
def test_an_expired_training_is_a_finding_and_lowers_the_guard_s_probability_to_detect():
    registers = Registers(
        headcount=Headcount(guards=("guard-1", "guard-2")),
        training=(
            trained_until("guard-1", NOW + DAY),
            trained_until("guard-1", NOW + 9 * DAY, Training.ALARM),
            trained_until("guard-2", NOW + 9 * DAY, Training.ALARM),
        ),
    )
    (never,) = training_findings(OAK, registers, NOW)
    assert (never.subject, never.since) == ("guard-2", None)
    assert skill(registers, "guard-1", Training.INSPECTION, NOW) == 1.0
    late = NOW + 2 * DAY
    assert skill(registers, "guard-1", Training.INSPECTION, late) == UNTRAINED_FACTOR < 1
    expired = [one for one in training_findings(OAK, registers, late) if one.subject == "guard-1"]
    assert [one.since for one in expired] == [NOW + DAY]


@pytest.mark.requirement("R82")
def test_an_expired_spray_is_a_finding_and_a_shield_never_is():
    registers = Registers(
        tools=(
            Tool(id="spray-1", title=TITLE, place="gatehouse", expires=NOW + DAY),
            Tool(id="shield-1", title=TITLE, place="gatehouse"),
        )
    )
    assert not list(tool_findings(OAK, registers, NOW))
    (found,) = tool_findings(OAK, registers, NOW + DAY)
    assert (found.subject, found.kind) == ("spray-1", FindingKind.TOOL_EXPIRED)


@pytest.mark.requirement("R86")
def test_an_inspection_gives_dated_findings_until_they_are_mended():
    note = InspectionNote(id="1", text=TITLE, deadline=NOW + 20 * DAY, weakness=Weakness.STANDARD)
    visit = Inspection(id="visit-1", by="supervisor-1", at=NOW, notes=(note,))
    registers = Registers(inspections=(visit,))
    assert not list(inspection_findings(OAK, registers, NOW - 1))
    (found,) = inspection_findings(OAK, registers, NOW)
    assert (found.subject, found.since, found.deadline) == ("visit-1/1", NOW, NOW + 20 * DAY)
    assert found.weakness is Weakness.STANDARD
    mended = replace(visit, notes=(replace(note, mended=NOW + DAY),))
    registers = Registers(inspections=(mended,))
    assert list(inspection_findings(OAK, registers, NOW + DAY - 1))
    assert not list(inspection_findings(OAK, registers, NOW + DAY))


@pytest.mark.requirement("R86")
def test_a_finding_calls_for_a_tip_then_a_warning_then_a_supervision_letter():
    note = InspectionNote(id="1", text=TITLE, deadline=NOW + 20 * DAY)
    visit = Inspection(id="visit-1", by="supervisor-1", at=NOW, notes=(note,))
    (found,) = inspection_findings(OAK, Registers(inspections=(visit,)), NOW)
    letters = [notice(found, NOW + days * DAY) for days in (1, 13, 14, 20, 21)]
    assert letters == [
        Notice.TIP, Notice.TIP, Notice.RISK_WARNING, Notice.RISK_WARNING, Notice.SUPERVISION,
    ]  # fmt: skip


def kept(book, review):
    return replace(book, version="1", owner="owner-1", review=review)


ALL_KEPT = tuple(kept(book, NOW + DAY) for book in (*FOUR_SYSTEMS, *SEVEN_DOCUMENTS))


@pytest.mark.requirement("R66", "R89")
def test_the_four_systems_and_the_seven_documents_are_asked_for_by_name():
    assert len(FOUR_SYSTEMS) == 4
    assert len(SEVEN_DOCUMENTS) == 7
    missing = {one.subject for one in book_findings(OAK, Registers(), NOW)}
    assert missing == set(NAMED_BOOKS)
    assert not list(book_findings(OAK, Registers(rule_books=ALL_KEPT), NOW))


@pytest.mark.requirement("R66", "R89")
def test_a_rule_book_past_its_review_date_is_listed():
    registers = Registers(rule_books=ALL_KEPT)
    assert not list(book_findings(OAK, registers, NOW + DAY))
    overdue = list(book_findings(OAK, registers, NOW + DAY + 1))
    assert kinds(overdue) == {FindingKind.RULE_BOOK_OVERDUE}
    assert {one.subject for one in overdue} == set(NAMED_BOOKS)


@pytest.mark.requirement("R66", "R89")
@pytest.mark.parametrize("lacking", [{"owner": ""}, {"version": ""}, {"review": None}])
def test_a_rule_book_needs_a_version_an_owner_and_a_review_date(lacking):
    books = (replace(ALL_KEPT[0], **lacking), *ALL_KEPT[1:])
    (found,) = book_findings(OAK, Registers(rule_books=books), NOW)
    assert (found.kind, found.subject) == (FindingKind.RULE_BOOK_WITHOUT_OWNER, "duty")


@pytest.mark.requirement("R89")
def test_no_clause_number_is_invented():
    assert {rule.clause for book in ALL_KEPT for rule in book.rules} == {""}
    assert not any(book.rules for book in SEVEN_DOCUMENTS)


@pytest.mark.requirement("R87", "R89")
def test_a_rule_without_an_evidence_point_is_listed_and_so_is_one_whose_device_is_not_there():
    book = RuleBook(
        id="duty",
        title=TITLE,
        rules=(
            Rule(id="proved", title=TITLE,
                 evidence=(EvidencePoint(capability="camera", property="online"),)),
            Rule(id="claimed", title=TITLE),
            Rule(id="no-such-device", title=TITLE,
                 evidence=(EvidencePoint(capability="ups", property="mains"),)),
        ),
    )  # fmt: skip
    found = list(rule_findings(OAK, Registers(rule_books=(book,))))
    assert [one.subject for one in found] == ["duty/claimed", "duty/no-such-device"]
    assert {one.weakness for one in found} == {Weakness.SMART}


@pytest.mark.requirement("R87")
def test_every_rule_of_the_four_systems_is_linked_to_a_point_that_exists():
    for book in FOUR_SYSTEMS:
        assert book.rules
        for rule in book.rules:
            assert rule.evidence
            for point in rule.evidence:
                assert point.property in capabilities()[point.capability].properties


@pytest.mark.requirement("R80")
@pytest.mark.parametrize(
    ("norm", "pupils", "boarding", "gates", "needed"),
    [
        ("gb-t-29315-2022", 99, False, 1, 1),
        ("gb-t-29315-2022", 100, False, 1, 2),
        ("gb-t-29315-2022", 999, False, 1, 2),
        ("gb-t-29315-2022", 1000, False, 1, 3),
        ("gb-t-29315-2022", 1499, False, 1, 3),
        ("gb-t-29315-2022", 1500, False, 1, 4),
        ("gb-t-29315-2022", 900, True, 1, 4),
        ("hubei", 1000, False, 1, 2),
        ("hubei", 1500, False, 1, 3),
        ("hubei", 1400, True, 1, 4),
        ("chongqing", 99, False, 1, 1),
        ("chongqing", 100, False, 1, 4),
        ("per-gate", 800, False, 2, 4),
        ("per-gate", 2600, False, 1, 6),
        ("per-gate", 1001, True, 1, 4),
    ],
)
def test_each_norm_asks_for_its_number_of_guards(norm, pupils, boarding, gates, needed):
    headcount = Headcount(pupils=pupils, boarding=boarding, gates=gates)
    assert staffing_norms()[norm].required(headcount) == needed


@pytest.mark.requirement("R80")
def test_a_school_with_one_guard_for_800_pupils_is_one_short():
    registers = Registers(headcount=Headcount(pupils=800, guards=("guard-1",)))
    assert shortage(registers) == 1
    (found,) = staffing_findings(OAK, registers)
    assert found.kind is FindingKind.GUARDS_SHORT
    assert "1 of 2" in found.detail["en"]
    assert shortage(replace(registers, staffing_norm="chongqing")) == 3, "regions differ"
    enough = replace(registers, headcount=Headcount(pupils=800, guards=("guard-1", "guard-2")))
    assert not list(staffing_findings(OAK, enough))


def test_a_norm_without_its_source_is_refused():
    with pytest.raises(ValueError, match="source"):
        StaffingNorm.model_validate({"title": TITLE, "rules": [{"guards": 1}]})


def drill(**changed):
    return replace(DrillReport(drill="D01", at=NOW, score=0.8), **changed)


@pytest.mark.requirement("R79")
def test_only_the_head_signs_a_drill_report_and_only_once_it_took_place():
    assert sign(OAK, drill(), "oak/station", NOW) == "only the head signs, not oak/station"
    assert sign(OAK, drill(), "oak/head", NOW - 1) == "the drill is still to come"
    signed = sign(OAK, drill(), "oak/head", NOW + DAY)
    assert (signed.signed_by, signed.signed) == ("oak/head", NOW + DAY)
    assert sign(OAK, signed, "oak/head", NOW + DAY) == "it was signed by oak/head"


@pytest.mark.requirement("R79")
def test_an_unsigned_drill_is_a_finding_and_proves_nothing():
    registers = Registers(drills=(drill(),))
    assert kinds(head_findings(OAK, registers, NOW)) == {FindingKind.DRILL_NOT_SIGNED}
    assert last_signed(registers, NOW) is None
    signed = Registers(drills=(sign(OAK, drill(), "oak/head", NOW),))
    assert not list(head_findings(OAK, signed, NOW))


@pytest.mark.requirement("R79")
def test_a_head_who_is_not_named_or_never_told_is_a_finding():
    nobody = replace(OAK, responders=OAK.responders[:1])
    passed_over = replace(OAK, escalation=())
    for school in (nobody, passed_over):
        assert kinds(head_findings(school, Registers(), NOW)) == {FindingKind.HEAD_NOT_NAMED}
    assert not list(head_findings(OAK, Registers(), NOW))


def stages(engine, registers):
    return {one.device: one.stage for one in acceptance(OAK, engine.state(), registers, NOW)}


@pytest.mark.requirement("R60")
def test_a_device_is_installed_when_heard_connected_when_good_and_in_use_after_a_drill():
    engine = running()
    assert set(stages(engine, Registers()).values()) == {Stage.CONNECTED}
    used = Registers(drills=(drill(devices=frozenset({"oak/button"})),))
    assert stages(engine, used)["oak/button"] is Stage.IN_USE
    assert stages(engine, used)["oak/camera"] is Stage.CONNECTED, "stage 3 needs a drill event"
    future = Registers(drills=(drill(at=NOW + 1, devices=frozenset({"oak/button"})),))
    assert stages(engine, future)["oak/button"] is Stage.CONNECTED
    engine.receive([says("button", "pressed", None, NOW, Quality.BAD)], NOW + 1)
    assert stages(engine, used)["oak/button"] is Stage.INSTALLED


@pytest.mark.requirement("R60")
def test_a_device_that_never_answered_is_only_listed():
    (first, *_) = acceptance(OAK, running(OAK).state(), Registers(), NOW)
    assert first.stage is Stage.CONNECTED
    silent = acceptance(OAK, type(running())([OAK]).state(), Registers(), NOW)
    assert {one.stage for one in silent} == {Stage.LISTED}


@pytest.mark.requirement("R60")
def test_what_a_drill_used_is_read_from_what_happened_not_from_a_list():
    engine = running()
    ask = RequestCommand(
        id="c1", device="oak/speaker", action="play", requested_by="Station", reason="drill",
        not_after=NOW + seconds(5),
    )  # fmt: skip
    outputs = engine.receive([says("button", "pressed", True, NOW), ask], NOW + 1)
    assert any(isinstance(one, Command) for one in outputs)
    assert devices_used(OAK, outputs) == {"oak/button"}, "asked for is not used"
    ended = CommandEnded(command="c1", device="oak/speaker", result=CommandResult.CONFIRMED)
    outputs += engine.receive([ended], NOW + 2)
    assert devices_used(OAK, outputs) == {"oak/button", "oak/speaker"}


@pytest.mark.requirement("R61")
def test_devices_duties_and_effect_are_one_view_and_the_effect_is_the_drill_score():
    engine = running()
    registers = Registers(
        headcount=Headcount(guards=("guard-1",)),
        training=(
            trained_until("guard-1", NOW + DAY),
            trained_until("guard-1", NOW + DAY, Training.ALARM),
        ),
        rule_books=ALL_KEPT,
        drills=(drill(score=0.5, at=NOW - DAY, signed=NOW), drill(signed=NOW), drill(at=NOW + 1)),
    )
    view = realised(OAK, engine.state(), registers, NOW)
    assert view.devices.share == 1.0
    assert (view.duties.met, view.duties.total) == (8, 8)
    assert view.effect == 0.8
    bare = realised(OAK, engine.state(), Registers(), NOW)
    assert (bare.duties.met, bare.duties.total, bare.effect) == (2, 6, None)


@pytest.mark.requirement("R77")
def test_every_finding_has_one_of_the_three_weaknesses():
    assert set(FINDINGS) == set(FindingKind)
    assert {sort.weakness for sort in FINDINGS.values()} == set(Weakness)
    registers = Registers(headcount=Headcount(pupils=800, guards=("guard-1",)), drills=(drill(),))
    engine = running()
    engine.receive([says("camera", "online", False)], NOW + 1)
    found = findings(OAK, engine.state(), registers, NOW)
    assert {one.weakness for one in found} == set(Weakness)
    assert {one.school for one in found} == {"oak"}
    assert all(one.detail["en"] and one.detail["zh"] for one in found)


def test_a_school_with_everything_in_order_has_no_finding_and_the_urgent_ones_come_first():
    engine, _ = engine_with_a_tested_button()
    later = NOW + seconds(120)
    guards = ("guard-1", "guard-2")
    registers = Registers(
        headcount=Headcount(pupils=800, guards=guards),
        training=tuple(
            trained_until(guard, NOW + DAY, training) for guard in guards for training in Training
        ),
        rule_books=ALL_KEPT,
    )
    unproved = {one.subject for one in findings(OAK, engine.state(), registers, later)}
    assert unproved == {
        "duty/console-on", "visitors/registered", "equipment/tools",
    }, "OAK has no console, terminal or cabinet"  # fmt: skip
    no_rules = replace(
        registers, rule_books=tuple(replace(book, rules=()) for book in registers.rule_books)
    )
    assert findings(OAK, engine.state(), no_rules, later) == ()
    dated = [
        one.deadline
        for one in findings(OAK, engine.state(), registers, NOW + 400 * DAY)
        if one.deadline
    ]
    assert dated == sorted(dated)
    assert len(dated) > 5
