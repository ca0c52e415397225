"""The live page in a real browser: what a person sees, in two widths and both languages."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from gateway.api import make_app
from gateway.web import WebServer
from tests.gateway.schools import BUTTON, Rig, running
from tests.gateway.test_watch_api import BUSY_SCHOOL
from twins.alarm import AcknowledgeAlarm
from twins.call import OfferCall
from twins.instant import seconds
from twins.observation import Quality
from twins.visit import RegisterVisit

pytestmark = pytest.mark.browser


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        rig.driver.say(BUTTON, "pressed", False)
        rig.driver.say("elm/button-2", "pressed", None, Quality.BAD, "no answer for 2 s")
        yield rig


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


class Served:
    """The page's server, which a test can stop."""

    def __init__(self, rig: Rig) -> None:
        simulated = [{"en": "police are simulated", "zh": "民警为模拟"}]
        app = make_app(rig.gateway, simulated)
        self.web = WebServer(app, "127.0.0.1", 0, before_stop=rig.gateway.bus.close)
        self.task: asyncio.Task[None] | None = None


@pytest.fixture
async def served(rig: Rig) -> AsyncIterator[Served]:
    served = Served(rig)
    async with asyncio.TaskGroup() as group:
        served.task = group.create_task(served.web.run())
        yield served
        served.task.cancel()


async def opened(browser: Browser, served: Served, width: int, language: str) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, locale=language, reduced_motion="reduce"
    )
    page = await context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto(served.web.url)
    await expect(page.locator("#link")).to_have_attribute("data-state", "good")
    await expect(page.locator("#devices-title")).not_to_be_empty()  # everything was read once
    assert all(url.startswith(served.web.url) for url in asked)
    assert wrong == []
    return page


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "zh-CN")])
async def test_an_alarm_appears_by_itself_is_dealt_with_by_name_and_nothing_overflows(
    rig, served, browser, width, language
):
    chinese = language == "zh-CN"
    page = await opened(browser, served, width, language)
    await expect(page.locator("#all-quiet")).to_be_hidden()  # the lost button is a warning
    await expect(page.locator("#simulated")).to_contain_text("模拟" if chinese else "SIMULATED")
    await expect(page.locator(".device.bad", has_text="no answer for 2 s")).to_have_count(1)
    rig.driver.say(BUTTON, "pressed", True)
    await expect(page.locator(".case.open h3")).to_contain_text("正门" if chinese else "Main gate")
    rig.driver.say(BUTTON, "pressed", False)
    await page.locator(".case.open button.primary").click()
    await expect(page.locator(".case.open .stamp.done")).to_have_count(3)
    card = page.locator('.alarm[data-severity="alarm"]')
    await card.get_by_role("button", name="确认" if chinese else "Acknowledge").click()
    await page.keyboard.type("值班员")
    await page.keyboard.press("Enter")
    await card.get_by_role("button", name="复位" if chinese else "Reset").click()
    await page.keyboard.type("over")
    await page.keyboard.press("Enter")
    await expect(page.locator('#alarm-list .alarm[data-severity="alarm"]')).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_page_changes_its_language_and_keeps_it(served, browser):
    page = await opened(browser, served, 1280, "en")
    await page.get_by_role("button", name="中文").click()
    await expect(page.locator("h1")).to_have_text("榆树小学")
    await page.reload()
    await expect(page.locator("#devices-title")).to_have_text("设备")


async def test_a_page_without_live_data_says_so_in_big_letters(served, browser):
    page = await opened(browser, served, 1280, "en")
    served.task.cancel()
    await expect(page.locator("#lost")).to_contain_text("No live data since", timeout=8000)


async def test_alarms_appear_while_changes_never_pause(rig, served, browser):
    page = await opened(browser, served, 1280, "en")

    async def flood() -> None:
        # Refused requests are outputs that no reading settles; 20 ms is far below the settling.
        while True:
            await rig.gateway.submit(AcknowledgeAlarm(alarm="none", by="x"))
            await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as group:
        flooding = group.create_task(flood())
        await asyncio.sleep(0.2)
        rig.driver.say(BUTTON, "pressed", True)
        await expect(page.locator(".case.open h3")).to_contain_text("Main gate", timeout=3000)
        flooding.cancel()


async def test_a_page_that_cannot_read_the_alarms_says_that_they_are_old_until_it_can(
    rig, served, browser
):
    page = await opened(browser, served, 1280, "en")
    await page.route("**/api/alarms", lambda route: route.abort())
    rig.driver.say(BUTTON, "pressed", True)
    await expect(page.locator("#lost")).to_contain_text("No live data since")
    await expect(page.locator("#link")).to_have_attribute("data-state", "bad")
    await page.unroute("**/api/alarms")
    await expect(page.locator(".case.open h3")).to_contain_text("Main gate")
    await expect(page.locator("#lost")).to_be_hidden()


async def test_a_page_whose_first_reading_fails_says_so_without_its_texts(served, browser):
    page = await (await browser.new_context(locale="en")).new_page()
    await page.route("**/api/devices", lambda route: route.abort())
    await page.goto(served.web.url)
    await expect(page.locator("#lost")).to_contain_text("没有实时数据")
    await page.unroute("**/api/devices")
    await expect(page.locator("#link")).to_have_attribute("data-state", "good")
    await expect(page.locator("#lost")).to_be_hidden()


@pytest.fixture
async def busy(browser: Browser) -> AsyncIterator[tuple[Rig, Served]]:
    async with running(school=BUSY_SCHOOL) as rig, asyncio.TaskGroup() as group:
        served = Served(rig)
        served.task = group.create_task(served.web.run())
        yield rig, served
        served.task.cancel()


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "zh-CN")])
async def test_a_case_names_whom_to_call_and_what_is_to_be_done_and_takes_a_tick(
    busy, browser, width, language
):
    rig, served = busy
    page = await opened(browser, served, width, language)
    rig.driver.say(BUTTON, "pressed", True)
    case = page.locator(".case.open")
    chinese = language == "zh-CN"
    await expect(case.locator(".no-channel")).to_contain_text("电话" if chinese else "telephone")
    await case.get_by_role("button", name="完成" if chinese else "Done", exact=True).click()
    await page.keyboard.type("guard-1")
    await page.keyboard.press("Enter")
    await expect(case).to_contain_text("guard-1")
    rig.clock.move(seconds(31))
    await expect(case.locator(".notes")).to_contain_text(
        "无人应答" if chinese else "no answer for 30 s"
    )
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_warnings_calls_duty_and_visits_appear_by_themselves(busy, browser):
    rig, served = busy
    page = await opened(browser, served, 1280, "en")
    for name, value in (("events", 0), ("class", "knife"), ("score", 0.91), ("events", 1)):
        rig.driver.say("elm/events", name, value)
    await expect(page.locator("#warning-list")).to_contain_text("91 %")
    await expect(page.locator("#alarm-list")).not_to_contain_text("Knife")  # one card, not two
    await rig.gateway.submit(OfferCall(device="elm/intercom", peer="elm/station", by="guard-1"))
    await page.locator("#call-list").get_by_role("button", name="Answer").click()
    await page.keyboard.type("guard-1")
    await page.keyboard.press("Enter")
    await expect(page.locator("#call-list")).to_contain_text("Answered")
    await rig.gateway.submit(
        RegisterVisit(
            id="v1", school="elm", visitor="visitor-17", purpose="parent", host="teacher-3", by="t"
        )
    )
    await expect(page.locator("#duty-list")).to_contain_text("visitor-17")
    await expect(page.locator("#duty-list")).to_contain_text("guard guard-1")
