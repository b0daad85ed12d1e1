"""Measuring with one's own browser and a simulated cuff, from the chooser to the database."""

import json
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from devices import registry
from devices.models import BloodPressureReading
from devices.wire import bluetooth
from healthcare.accounts import sessions
from healthcare.accounts.models import User
from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.patients.models import Patient, Purpose
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.cuffs import SimulatedCuff
from tests.browser.looking import SLIM, WIDE, enter, overhang, violations
from tests.cast import Cast
from tests.factories import ConsentFactory, UserFactory
from tests.unit.devices.wire.test_bluetooth import BEURER, CASES

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EVERYBODY = Scope.system("a test looks")
BY = command("tests")
PAGE = "/my/measure/"
OWN = "CUFF-OWN"
HIGH, VERY_HIGH = "00be006e008700", "00c2006f008a00"  # 190/110, 194/111
QUIET = "00800052006100"  # 128/82
OF_USER_TWO = "08" + QUIET[2:] + "02"
REST, REST_BETWEEN = 120_000, 60_000


@pytest.fixture(scope="session")
def with_bluetooth(chromium: Browser) -> Iterator[Browser]:
    """Chromium on Linux has Web Bluetooth behind a switch."""
    flags = [*FLAGS, "--enable-features=WebBluetooth"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=flags)
    yield browser
    browser.close()


@pytest.fixture
def member(cast: Cast) -> User:
    """Hanako, who has a cuff."""
    hand(cast.hanako, OWN)
    return cast.member


def hand(patient: Patient, serial: str, *, user_slot: int | None = None) -> None:
    with acting_in(EVERYBODY):
        registry.register(
            kind="blood_pressure",
            serial=serial,
            model="Pocket 7",
            patient=patient,
            user_slot=user_slot,
            handed_over_at=datetime(2026, 1, 10, tzinfo=UTC),
            now=timezone.now(),
            by=BY,
        )


@pytest.fixture
def window(with_bluetooth: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A window of that browser. Errors of scripts and of the content policy fail the test."""
    context = with_bluetooth.new_context(base_url=live_server.url, viewport=WIDE)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield context.new_page()
    context.close()
    assert complaints == []


@pytest.fixture
def model() -> str:
    """As the cuff itself says; most tests have one that does not."""
    return ""


@pytest.fixture
def cuff(window: Page, model: str) -> Iterator[SimulatedCuff]:
    found = SimulatedCuff(window.context, window, model=model)
    yield found
    found.leave()


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-says]")).to_contain_text(words)


def state(page: Page, words: str) -> None:
    """Of the last reading."""
    expect(page.locator("[data-state]").first).to_have_text(words)


def do(page: Page, what: str) -> None:
    page.click(f"[data-do={what}]")


def connect(page: Page, user: User) -> None:
    """Signed in, rested, the cuff connected: it waits for the first value."""
    enter(page, user)
    page.goto(PAGE)
    do(page, "connect")
    says(page, "The cuff is connected. Sit still and rest.")
    do(page, "skip")
    says(page, "Now press Start")


def stored() -> list[tuple[int, int, int | None]]:
    with acting_in(EVERYBODY):
        rows = BloodPressureReading.objects.order_by("measured_at")
        return list(rows.values_list("systolic", "diastolic", "pulse"))


def test_two_measurements_are_guided_and_stored(
    window: Page, cuff: SimulatedCuff, member: User
) -> None:
    window.clock.install()
    enter(window, member)
    window.goto(PAGE)
    expect(window.locator("#elsewhere")).to_be_hidden()
    says(window, "Choose your cuff")
    do(window, "connect")
    says(window, "Sit still and rest.")
    assert cuff.subscribed == 1
    window.clock.fast_forward(REST + 1000)
    says(window, "Now press Start")
    expect(window.locator("#wait-title")).to_be_focused()
    cuff.says("04" + QUIET[2:] + "4200")
    says(window, "128/82, pulse 66. Rest, then measure once more.")
    expect(window.locator("[data-left]")).to_have_text("1:00")
    state(window, "sent")
    window.clock.fast_forward(REST_BETWEEN + 1000)
    says(window, "Now press Start")
    cuff.says("00820053006200")
    says(window, "130/83. Both readings are in.")
    expect(window.locator("[data-state]")).to_have_text(["sent", "sent"])
    expect(window.locator("[data-waiting]")).to_be_hidden()
    assert stored() == [(128, 82, 66), (130, 83, None)]


@pytest.mark.parametrize("model", ["Beurer BM85"])
def test_the_cuffs_memory_is_history_and_its_model_names_the_quirk(
    window: Page, cuff: SimulatedCuff, member: User, cast: Cast
) -> None:
    hand(cast.hanako, "CUFF-TWO", user_slot=0)
    enter(window, member)
    window.goto(PAGE)
    window.check("input[value=CUFF-TWO]")
    do(window, "connect")
    do(window, "skip")
    cuff.says(BEURER)
    state(window, "sent")
    line = window.locator("[data-list] li")
    expect(line).to_contain_text("106/71")
    expect(line).to_contain_text("from the cuff's memory")
    says(window, "Only older readings")  # and it still waits for what is measured now
    expect(window.locator("#wait-title")).to_be_visible()
    cuff.says(BEURER)  # its memory once more
    expect(line).to_have_count(1)
    # The bytes break the format; the server knew the model and read the pulse where it stands.
    assert stored() == [(106, 71, 63)]


def test_offline_it_is_kept_and_sent_later(window: Page, cuff: SimulatedCuff, member: User) -> None:
    connect(window, member)
    window.context.set_offline(True)
    cuff.says(QUIET)
    state(window, "kept on this device, not sent yet")
    expect(window.locator("[data-count]")).to_have_text("1")
    expect(window.locator("[data-why]")).to_contain_text("There is no connection now.")
    assert stored() == []
    window.context.set_offline(False)
    state(window, "sent")
    expect(window.locator("[data-waiting]")).to_be_hidden()
    assert stored() == [(128, 82, None)]


def test_a_page_that_is_closed_offline_loses_nothing_and_tells_nobody(
    window: Page, cuff: SimulatedCuff, member: User, cast: Cast
) -> None:
    connect(window, member)
    window.context.set_offline(True)
    cuff.says(QUIET)
    expect(window.locator("[data-count]")).to_have_text("1")
    context = window.context
    window.close()
    context.set_offline(False)
    window = context.new_page()
    # Nothing of it lies there in the clear.
    window.goto("/join")
    (row,) = window.evaluate(
        """() => new Promise((resolve) => {
            const opening = indexedDB.open("measuring");
            opening.onsuccess = () => {
                const rows = opening.result.transaction("waiting").objectStore("waiting").getAll();
                rows.onsuccess = () => resolve(rows.result.map((row) => [
                    Object.keys(row), String.fromCharCode(...new Uint8Array(row.sealed))]));
                opening.result.close();
            };
        })"""
    )
    assert row[0] == ["iv", "sealed"]
    assert QUIET not in row[1]
    # Somebody else signs in at this browser: not theirs, neither shown nor sent nor removed.
    with acting_in(EVERYBODY):
        other = UserFactory(role=member.role)
        cast.taro.user = other
        cast.taro.save()
        ConsentFactory(patient=cast.taro, purpose=Purpose.CARE)
    hand(cast.taro, "CUFF-TARO")
    enter(window, other)
    window.goto(PAGE)
    says(window, "Choose your cuff")
    expect(window.locator("[data-waiting]")).to_be_hidden()
    assert stored() == []
    with window.expect_response("**/my/measure/readings") as sent:
        enter(window, member)
        window.goto(PAGE)
    assert sent.value.json()["accepted"] == 1
    assert stored() == [(128, 82, None)]


def test_signed_out_meanwhile_it_is_kept_and_said(
    window: Page, cuff: SimulatedCuff, member: User
) -> None:
    connect(window, member)
    sessions.end(user=member, now=timezone.now(), by=BY)
    cuff.says(QUIET)
    expect(window.locator("[data-why]")).to_contain_text("You are signed out.")
    assert stored() == []
    enter(window, member)
    with window.expect_response("**/my/measure/readings"):
        window.click("[data-signed-out]")  # leads to the sign-in, and from there back here
    expect(window.locator("[data-waiting]")).to_be_hidden()
    assert stored() == [(128, 82, None)]


def test_what_waits_can_be_deleted_here(window: Page, cuff: SimulatedCuff, member: User) -> None:
    connect(window, member)
    window.context.set_offline(True)
    cuff.says(QUIET)
    expect(window.locator("[data-count]")).to_have_text("1")
    window.once("dialog", lambda dialog: dialog.dismiss())
    do(window, "discard")
    expect(window.locator("[data-waiting]")).to_be_visible()
    window.once("dialog", lambda dialog: dialog.accept())
    do(window, "discard")
    expect(window.locator("[data-waiting]")).to_be_hidden()
    window.context.set_offline(False)
    window.goto(PAGE)
    expect(window.locator("[data-waiting]")).to_be_hidden()
    assert stored() == []


def test_whose_it_is_is_asked_in_words(window: Page, cuff: SimulatedCuff, member: User) -> None:
    connect(window, member)
    cuff.says(OF_USER_TWO)
    state(window, "sent; the cuff did not say that it is you, so you are asked whose it is")
    assert stored() == []


@pytest.mark.parametrize("offline", [False, True])
def test_a_very_high_reading_is_said_first_and_large(
    offline: bool, window: Page, cuff: SimulatedCuff, member: User
) -> None:
    connect(window, member)
    window.context.set_offline(offline)
    advice = window.get_by_role("alert").filter(visible=True)
    cuff.says(HIGH)
    expect(advice).to_contain_text("Sit down, rest for five minutes, and measure again.")
    expect(advice).to_contain_text("call 119 now")
    expect(window.locator("[data-left]")).to_have_text("5:00")
    do(window, "skip")
    cuff.says(VERY_HIGH)
    expect(advice).to_contain_text("Get help now.")
    expect(window.locator("#done-title")).to_be_visible()
    waits = "kept on this device, not sent yet" if offline else "sent"
    expect(window.locator("[data-state]")).to_have_text([waits, waits])
    box, heading = advice.bounding_box(), window.locator("h2:visible").first.bounding_box()
    assert box
    assert heading
    assert box["y"] < heading["y"]


def test_the_servers_advice_is_shown_too(window: Page, cuff: SimulatedCuff, member: User) -> None:
    connect(window, member)
    window.evaluate("() => { document.getElementById('measuring').dataset.crisisSystolic = 999 }")
    cuff.says(HIGH)
    expect(window.locator("[data-advises=measure_again]")).to_be_visible()


def test_a_cuff_that_switches_itself_off_is_connected_again(
    window: Page, cuff: SimulatedCuff, member: User
) -> None:
    connect(window, member)
    cuff.switch_off()
    says(window, "The cuff is connected. Now press Start")
    assert cuff.connected == 2
    cuff.says(QUIET)
    state(window, "sent")
    expect(window.locator("[data-state]")).to_have_count(1)


def test_nothing_chosen_is_said(window: Page, cuff: SimulatedCuff, member: User) -> None:
    enter(window, member)
    cuff.is_chosen = False
    window.goto(PAGE)
    do(window, "connect")
    says(window, "No cuff was chosen.")
    cuff.is_chosen = True
    do(window, "connect")
    says(window, "The cuff is connected.")


def test_in_every_dress_and_step(window: Page, cuff: SimulatedCuff, member: User) -> None:
    """Axe finds nothing, and nothing stands beside a window of 320 px."""
    window.set_viewport_size(SLIM)
    enter(window, member)
    wrong: list[str] = []

    def look(where: str) -> None:
        found = violations(window)
        if beside := overhang(window):
            found.append(f"{beside} px beside a narrow window")
        wrong.extend(f"{where}: {one}" for one in found)

    for language in ("en", "ja"):
        for theme in ("light", "dark"):
            User.objects.filter(pk=member.pk).update(language=language)
            window.context.add_cookies(
                [{"name": "theme", "value": theme, "domain": "localhost", "path": "/"}]
            )
            window.goto("about:blank")
            cuff.come_back()
            window.goto(PAGE)
            assert window.locator("html").get_attribute("lang") == language
            assert window.locator("html").get_attribute("data-theme") == theme
            look(f"ready {language} {theme}")
            do(window, "connect")
            window.locator("#rest-title").wait_for()
            look(f"rest {language} {theme}")
            do(window, "skip")
            window.context.set_offline(True)
            cuff.says(HIGH)
            window.locator("[data-waiting]").wait_for()
            look(f"waiting {language} {theme}")
            do(window, "skip")
            look(f"press {language} {theme}")
            cuff.says(QUIET)
            window.locator("#done-title").wait_for()
            look(f"done {language} {theme}")
            window.context.set_offline(False)
            window.locator("[data-waiting]").wait_for(state="hidden")
    assert wrong == []


def test_by_keyboard_alone(window: Page, cuff: SimulatedCuff, member: User) -> None:
    enter(window, member)
    window.goto(PAGE)
    window.focus("[data-do=connect]")
    window.keyboard.press("Enter")
    expect(window.locator("#rest-title")).to_be_focused()
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    expect(window.locator("#wait-title")).to_be_focused()


def test_a_browser_without_bluetooth_is_told_which_can(page: Page, member: User) -> None:
    """Chromium on Linux as it comes is one."""
    enter(page, member)
    page.goto(PAGE)
    assert page.evaluate("() => navigator.bluetooth === undefined")
    expect(page.get_by_text("Safari and Firefox cannot")).to_be_visible()
    expect(page.locator("#measuring")).to_be_hidden()
    assert violations(page) == []


def test_without_scripts_it_is_said_too(
    chromium: Browser, live_server: LiveServer, member: User
) -> None:
    context: BrowserContext = chromium.new_context(
        base_url=live_server.url, viewport=SLIM, java_script_enabled=False
    )
    page = context.new_page()
    enter(page, member)
    page.goto(PAGE)
    expect(page.get_by_text("Safari and Firefox cannot")).to_be_visible()
    expect(page.locator("#measuring")).to_be_hidden()
    expect(page.locator("[data-advice]")).to_be_hidden()
    context.close()


# --- what the page shows is what the server reads -------------------------------------------

PRESSURES = struct.pack("<HHH", 120, 80, 93)
KPA = struct.pack("<HHH", 0xF0A0, 0xF06A, 0x07FF)
CLOCKS = [
    (2026, 5, 17, 8, 30, 1),
    (2024, 2, 29, 23, 59, 59),
    (2026, 2, 30, 8, 0, 0),
    (2026, 13, 1, 8, 0, 0),
    (2026, 10, 1, 24, 0, 0),
    (1500, 10, 1, 8, 0, 0),
    (0, 2, 29, 8, 0, 0),
    (99, 2, 2, 8, 0, 0),
    (2026, 0, 0, 8, 0, 0),
    (12000, 1, 1, 8, 0, 0),
    (65535, 12, 31, 8, 0, 0),
]
SFLOATS = [0x07FE, 0x07FF, 0x0800, 0x0801, 0x0802, 0x0803, 0xF0BD, 0x1803, 0xE7D0, 0x8001, 0x7FFD]
VALUES = [
    *(bytes.fromhex(case["inputs"]["hex"]) for case in CASES if "hex" in case["inputs"]),
    bytes.fromhex(BEURER),
    b"\x01" + KPA,
    b"\x08" + PRESSURES + b"\xff",
    b"\x08" + PRESSURES + b"\x00",
    *(b"\x02" + PRESSURES + struct.pack("<HBBBBB", *clock) for clock in CLOCKS),
    *(b"\x00" + struct.pack("<HHH", raw, 80, raw) for raw in SFLOATS),
    b"",
    b"\x04" + PRESSURES + b"\x3c",
]
KEYS = ("systolic", "diastolic", "mean_arterial", "unit", "timestamp", "pulse", "user")


def by_python(value: bytes) -> dict[str, object] | None:
    try:
        found = bluetooth.decode_plain(value)
    except bluetooth.DecodingError:
        return None
    told = found.to_json()
    return {**{key: told[key] for key in KEYS}, "trailing_bytes": found.trailing_bytes}


def test_the_page_reads_bytes_as_the_server_does(page: Page, member: User) -> None:
    enter(page, member)
    page.goto(PAGE)
    found = page.evaluate(
        """(values) => values.map((bytes) => {
            try {
                return window.measuring.decode(new DataView(Uint8Array.from(bytes).buffer));
            } catch (error) {
                if (error instanceof RangeError) return null;
                throw error;
            }
        })""",
        [list(value) for value in VALUES],
    )
    expected = json.loads(json.dumps([by_python(value) for value in VALUES]))
    assert dict(enumerate(found)) == dict(enumerate(expected))
    assert any(found)
    assert None in found
