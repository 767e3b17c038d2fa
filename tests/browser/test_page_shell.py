"""The page around the messages: who acts, where we are, themes, phones, keys, and staying live."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_blocks import ADA, BOT, DM, GRACE, INCIDENTS, LEADS, LINUS, OTHER, WEB, message, ts
from tests.browser.page_stub import Stub, browsing, serving, visiting

pytestmark = pytest.mark.browser
ROOT = ts(33)
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as stub:
        yield stub


@pytest.fixture
def page(browser: Browser, stub: Stub) -> Iterator[Page]:
    with visiting(browser, stub) as page:
        yield page


def paper(page: Page) -> int:
    """Return how light the page's background is, 0 to 255."""
    colour: str = page.locator("#stage").evaluate("el => getComputedStyle(el).backgroundColor")
    return int(colour.removeprefix("rgb(").split(",")[0])


def test_another_person_sees_their_own_workspace(page: Page, stub: Stub) -> None:
    """Switching the person changes what is seen, who acts and the address; a private channel stays private."""
    expect(page.locator(f'[data-channel="{LEADS}"]')).to_be_visible()
    page.get_by_test_id("persona").click()
    page.locator(f'[data-persona="{LINUS}"]').click()
    expect(page.get_by_test_id("persona")).to_contain_text("Linus Pauling")
    expect(page.locator(f'#sidebar [data-channel="{LEADS}"]')).to_have_count(0)
    assert f"as={LINUS}" in page.url
    page.get_by_test_id("composer").fill("hi")
    page.keyboard.press("Enter")
    assert stub.wait_post("type")["as"] == LINUS


def test_the_address_brings_us_back(browser: Browser, stub: Stub) -> None:
    """Person, channel and thread are in the address; an address that makes no sense leads to a real place."""
    with visiting(browser, stub, place=f"as={GRACE}&channel={WEB}&thread={ROOT}") as page:
        expect(page.get_by_test_id("persona")).to_contain_text("Grace Hopper")
        expect(page.get_by_test_id("thread").get_by_test_id("message")).to_have_count(4)
        page.reload()
        expect(page.get_by_test_id("thread").get_by_test_id("message")).to_have_count(4)
    with visiting(browser, stub, place="channel=C0NOWHERE") as page:
        expect(page.get_by_test_id("channel-name")).to_have_text("team-web")


def test_badges_say_what_waits(page: Page, stub: Stub) -> None:
    """What rings has a number, and the page's title counts it; reading clears it."""
    rings = page.locator(f'#sidebar [data-channel="{INCIDENTS}"]').get_by_test_id("rings")
    expect(rings).to_have_text("1")
    expect(page).to_have_title("(2) Acme · Quarterdeck")
    page.locator(f'#sidebar [data-channel="{INCIDENTS}"]').click()
    expect(rings).to_have_count(0)
    expect(page).to_have_title("(1) Acme · Quarterdeck")
    room = {"id": INCIDENTS, "unread": 0, "rings": 0}
    stub.tell("channel", channel=room)
    stub.tell("channel", channel={"id": LEADS, "unread": 4, "rings": 4})
    expect(page).to_have_title("(5) Acme · Quarterdeck")


def test_what_rings_is_shown_and_leads_there(page: Page, stub: Stub) -> None:
    """A notification stands in the corner as text, and a click opens its thread."""
    page.locator(f'#sidebar [data-channel="{LEADS}"]').click()
    event = {
        "channel": WEB,
        "thread_ts": ROOT,
        "ts": ts(29),
        "user": BOT,
        "title": "Quarterdeck in #team-web",
        "why": "mention",
    }
    stub.tell("notify", text="Live <b>now</b>. @Ada", **event)
    toast = page.get_by_test_id("toast")
    expect(toast).to_contain_text("Live <b>now</b>. @Ada")
    toast.get_by_text("Quarterdeck in #team-web").click()
    expect(page.get_by_test_id("thread").get_by_test_id("message")).to_have_count(4)


def test_nothing_rings_before_my_eyes(page: Page, stub: Stub) -> None:
    """What arrives in the channel I look at makes no toast."""
    stub.post(message(ts(0), GRACE, f"<@{ADA}> look"))
    stub.tell("notify", channel=WEB, ts=ts(0), user=GRACE, title="Grace in #team-web", text="look", why="mention")
    stub.tell("notify", channel=DM, ts=ts(0), user=BOT, title="Quarterdeck", text="psst", why="dm")
    expect(page.get_by_test_id("toast")).to_have_count(1)
    expect(page.get_by_test_id("toast")).to_contain_text("psst")


def test_dark_follows_the_system_and_can_be_chosen(browser: Browser, stub: Stub) -> None:
    """The theme is the system's until one is chosen, and a choice stays after a reload."""
    with visiting(browser, stub, color_scheme="dark") as page:
        assert paper(page) < 60
        page.get_by_test_id("theme").click()
        assert paper(page) > 200
        page.reload()
        page.get_by_test_id("composer").wait_for()
        assert paper(page) > 200


def test_a_phone_has_a_drawer_and_full_page_threads(browser: Browser, stub: Stub) -> None:
    """On a phone the channels are a drawer, a thread is a page of its own, and nothing is wider than the screen."""
    with visiting(browser, stub, **PHONE) as page:
        expect(page.get_by_test_id("sidebar")).not_to_be_in_viewport()
        page.get_by_test_id("drawer").click()
        page.locator(f'#sidebar [data-channel="{LEADS}"]').click()
        expect(page.get_by_test_id("channel-name")).to_have_text("leads")
        expect(page.get_by_test_id("sidebar")).not_to_be_in_viewport()
        page.get_by_test_id("drawer").click()
        page.locator(f'#sidebar [data-channel="{WEB}"]').click()
        page.get_by_test_id("replies").click()
        expect(page.get_by_test_id("channel-pane")).to_be_hidden()
        expect(page.get_by_test_id("thread-composer")).to_be_visible()
        page.get_by_role("button", name="Back to the channel").click()
        expect(page.get_by_test_id("composer")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_whole_path_by_keyboard(page: Page, stub: Stub) -> None:
    """Jump to a channel, walk the messages, open a thread, come back: never touching a mouse."""
    page.keyboard.press("Control+k")
    page.get_by_test_id("switcher-input").press_sequentially("lead")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("channel-name")).to_have_text("leads")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_test_id("channel-name")).to_have_text("team-web")
    page.locator(f'#channel [data-ts="{ROOT}"]').focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.ts") == ts(29)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(page.locator(f'#channel [data-ts="{ROOT}"] [data-action-id="changes"]')).to_be_focused()
    page.keyboard.press("Enter")
    assert stub.wait_post("click")["action_id"] == "changes"
    page.locator(f'#channel [data-ts="{ROOT}"]').focus()
    page.keyboard.press("t")
    expect(page.get_by_test_id("thread-composer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("thread")).to_be_hidden()
    expect(page.get_by_test_id("composer")).to_be_focused()


def test_a_channel_i_have_not_joined(page: Page, stub: Stub) -> None:
    """There I can read and join, not write."""
    page.locator(f'#sidebar [data-channel="{OTHER}"]').click()
    expect(page.get_by_test_id("composer")).to_be_hidden()
    page.get_by_test_id("join").click()
    assert stub.wait_post("join") == {"as": ADA, "channel": OTHER}
    stub.tell("channel", channel={"id": OTHER, "is_member": True})
    expect(page.get_by_test_id("composer")).to_be_visible()
    page.get_by_test_id("invite").click()
    assert stub.wait_post("join", 2) == {"as": ADA, "channel": OTHER, "user": BOT}


def test_a_lost_line_is_said_and_made_good(page: Page, stub: Stub) -> None:
    """When the stream breaks the page says so quietly, comes back by itself and reads what it missed."""
    stub.refuse_streams = True
    stub.drop_streams()
    expect(page.get_by_test_id("banner")).to_have_text("Reconnecting…")
    stub.feeds[WEB].append(message(ts(0), GRACE, "said meanwhile"))
    stub.refuse_streams = False
    expect(page.get_by_text("said meanwhile")).to_be_visible()
    expect(page.get_by_test_id("banner")).to_be_hidden()


def test_a_bot_that_is_down_is_said(page: Page, stub: Stub) -> None:
    """While the app is not connected a banner says what that means."""
    stub.tell("app", connected=False, connections=0)
    expect(page.get_by_test_id("banner")).to_contain_text("The bot is down.")
    expect(page.get_by_test_id("connection")).to_contain_text("Quarterdeck is down")
    stub.tell("app", connected=True, connections=2)
    expect(page.get_by_test_id("banner")).to_be_hidden()


def test_under_the_hood(page: Page) -> None:
    """The journal shows calls and acknowledgements with their milliseconds; a failure stands out and opens."""
    page.get_by_test_id("journal-toggle").click()
    entries = page.get_by_test_id("entry")
    expect(entries).to_have_count(5)
    expect(entries.nth(2)).to_contain_text("11 ms")
    expect(page.locator(".entry.failed")).to_contain_text("operation_timeout")
    page.get_by_role("button", name="ui", exact=True).click()
    expect(entries.first).to_be_hidden()
    entries.nth(3).locator("summary").click()
    expect(entries.nth(3).locator("pre")).to_contain_text(WEB)


def test_trouble_on_order(page: Page, stub: Stub) -> None:
    """From the journal a fault is ordered with one click."""
    page.get_by_test_id("journal-toggle").click()
    page.get_by_test_id("trouble").click()
    page.locator('[data-fault="lost_ack"]').click()
    assert stub.wait_post("fault") == {"as": ADA, "trouble": "lost_ack"}


def test_less_motion_is_respected(browser: Browser, stub: Stub) -> None:
    """Whoever asks for less motion gets none."""
    with visiting(browser, stub, reduced_motion="reduce") as page:
        stub.tell("notify", channel=DM, ts=ts(0), user=BOT, title="Quarterdeck", text="psst", why="dm")
        moves: str = page.get_by_test_id("toast").evaluate("el => getComputedStyle(el).animationDuration")
        assert float(moves.removesuffix("s")) <= 0.001


def test_every_control_has_a_name(page: Page) -> None:
    """No button is nameless for a screen reader, and the landmarks are there."""
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, textarea')].filter(el => el.offsetParent"
        " && !el.getAttribute('aria-label') && !el.textContent.trim()"
        " && !el.labels?.length && !el.getAttribute('aria-labelledby')).map(el => el.outerHTML.slice(0, 120))"
    )
    assert nameless == []
    for landmark in ("main", "navigation", "banner", "complementary"):
        assert page.get_by_role(landmark).count() >= 1, landmark
