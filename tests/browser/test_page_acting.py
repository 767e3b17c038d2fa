"""What a person does on the page: typing with completion, clicking, choosing, confirming, and filling in modals."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_blocks import (
    ADA,
    BOT,
    GRACE,
    LEADS,
    WEB,
    actions,
    button,
    context,
    field_block,
    message,
    modal,
    option,
    plain,
    section,
    showcase,
    ts,
)
from tests.browser.page_content import PANEL
from tests.browser.page_stub import Stub, browsing, serving, visiting

pytestmark = pytest.mark.browser
ROOT = ts(33)


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


def every_block(page: Page, stub: Stub) -> None:
    stub.post(message(ts(0), BOT, "every block", *showcase()))
    page.locator(f'#channel [data-ts="{ts(0)}"]').wait_for()


# -- the composer ----------------------------------------------------------------------------------------------------------


def test_a_slash_offers_commands(page: Page, stub: Stub) -> None:
    """A slash lists the commands with their usage; the keys choose, and Enter sends what is spelled out."""
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("/")
    items = page.get_by_test_id("completion-item")
    expect(items).to_have_count(3)
    expect(items.first).to_contain_text("deploy web staging | status | help")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("/deploy ")
    expect(page.locator("#channel").get_by_test_id("usage-hint")).to_contain_text("Deploy a service")
    composer.press_sequentially("web staging")
    page.keyboard.press("Enter")
    assert stub.wait_post("type") == {"as": ADA, "channel": WEB, "text": "/deploy web staging"}
    expect(composer).to_have_value("")


def test_a_spelled_out_command_is_sent(page: Page, stub: Stub) -> None:
    """Enter on a whole command name sends it instead of completing it."""
    page.get_by_test_id("composer").press_sequentially("/ops")
    page.keyboard.press("Enter")
    assert stub.wait_post("type")["text"] == "/ops"


def test_people_and_channels_are_completed(page: Page) -> None:
    """@ and # complete people, groups and channels by any part of their name."""
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("ask @hop")
    page.keyboard.press("Tab")
    expect(composer).to_have_value("ask @grace ")
    composer.press_sequentially("or @back")
    page.keyboard.press("Enter")
    composer.press_sequentially("in #inc")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("ask @grace or @backend-leads in #incidents ")


def test_escape_puts_the_list_away(page: Page) -> None:
    """Escape closes the completion and keeps the text."""
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("@gr")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("completion").first).to_be_hidden()
    expect(composer).to_have_value("@gr")


def test_lines_and_recall(page: Page, stub: Stub) -> None:
    """Shift+Enter breaks the line, Enter sends, the up arrow brings back what was sent."""
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("one")
    page.keyboard.press("Shift+Enter")
    composer.press_sequentially("two")
    page.keyboard.press("Enter")
    assert stub.wait_post("type")["text"] == "one\ntwo"
    composer.press_sequentially("three")
    page.keyboard.press("Enter")
    stub.wait_post("type", 2)
    page.keyboard.press("ArrowUp")
    expect(composer).to_have_value("three")
    page.keyboard.press("ArrowDown")
    expect(composer).to_have_value("")


def test_a_draft_stays_with_its_channel(page: Page) -> None:
    """What was typed and not sent waits where it was typed."""
    page.get_by_test_id("composer").fill("not yet")
    page.locator(f'[data-testid="channel"][data-channel="{LEADS}"]').click()
    expect(page.get_by_test_id("composer")).to_have_value("")
    page.locator(f'[data-testid="channel"][data-channel="{WEB}"]').click()
    expect(page.get_by_test_id("composer")).to_have_value("not yet")


def test_a_command_in_a_thread_is_refused(page: Page, stub: Stub) -> None:
    """Slack's refusal stands in the thread, only for me; commands are not offered there."""
    stub.answers["type"] = lambda body: (
        400,
        {"error": "command_in_thread", "message": "/ops is not supported in threads. Sorry!"},
    )
    page.locator(f'#channel [data-ts="{ROOT}"]').get_by_test_id("replies").click()
    composer = page.get_by_test_id("thread-composer")
    composer.press_sequentially("/ops status")
    expect(page.get_by_test_id("thread").get_by_test_id("completion")).to_be_hidden()
    page.keyboard.press("Enter")
    assert stub.wait_post("type")["thread"] == ROOT
    notice = page.get_by_test_id("thread").get_by_test_id("notice")
    expect(notice).to_contain_text("/ops is not supported in threads. Sorry!")
    notice.get_by_test_id("dismiss").click()
    expect(notice).to_have_count(0)


def test_what_was_refused_comes_back(page: Page, stub: Stub) -> None:
    """A mistyped command is refused where it was typed and can be corrected."""
    stub.answers["type"] = lambda body: (400, {"error": "unknown_command", "message": "/opps is not a valid command."})
    page.get_by_test_id("composer").fill("/opps status")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("/opps is not a valid command.")
    expect(page.get_by_test_id("composer")).to_have_value("/opps status")


def test_slack_says_what_failed(page: Page, stub: Stub) -> None:
    """A notice is Slack's own voice, only for me."""
    stub.tell("notice", channel=WEB, text='/ops failed with the error "operation_timeout"', tone="error", ts=ts(0))
    expect(page.get_by_test_id("notice")).to_contain_text("Only visible to you")
    expect(page.get_by_test_id("notice")).to_contain_text("operation_timeout")


# -- clicking and choosing -------------------------------------------------------------------------------------------------


def test_a_click_says_what_and_where(page: Page, stub: Stub) -> None:
    """A click names message, block, action and value; a label for screen readers is the button's name."""
    page.get_by_role("button", name="Stop web to production").click()
    sent = stub.wait_post("click")
    assert sent.pop("state") == {"values": {}}
    assert sent == {
        "as": ADA,
        "channel": WEB,
        "ts": ts(12),
        "container": "message",
        "block_id": "card",
        "action_id": "stop",
        "value": "stop",
    }


def test_a_confirm_dialog_asks_first(page: Page, stub: Stub) -> None:
    """Nothing is sent before the dialog is answered; Escape is a no, and the focus returns to the button."""
    deploy = page.locator('#channel [data-action-id="deploy"]')
    deploy.click()
    expect(page.get_by_test_id("confirm")).to_contain_text("Deploy to production?")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("confirm")).to_have_count(0)
    expect(deploy).to_be_focused()
    deploy.click()
    page.get_by_test_id("confirm-no").click()
    deploy.click()
    page.get_by_test_id("confirm-yes").click()
    assert stub.wait_post("click")["action_id"] == "deploy"
    assert [name for name, _ in stub.posts].count("click") == 1


def test_choosing_from_lists(page: Page, stub: Stub) -> None:
    """Static selects send the option, multi selects all of theirs once closed, people selects an id."""
    every_block(page, stub)
    page.locator('[data-action-id="one"]').click()
    page.keyboard.type("prod")
    page.keyboard.press("Enter")
    assert stub.wait_post("click")["selected_option"] == option("production")
    expect(page.locator('[data-action-id="one"]')).to_have_text("production")
    page.locator('[data-action-id="many"]').click()
    page.locator('[data-testid="option"][data-value="web"]').click()
    page.locator('[data-testid="option"][data-value="billing"]').click()
    page.keyboard.press("Escape")
    assert [each["value"] for each in stub.wait_post("click", 2)["selected_options"]] == ["web", "billing"]
    page.locator('[data-action-id="who"]').click()
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    assert stub.wait_post("click", 3)["selected_user"] == ADA


def test_an_external_select_asks_the_app(page: Page, stub: Stub) -> None:
    """Its choices come from the app, for what was typed, grouped if the app groups them."""
    stub.answers["options"] = lambda body: (
        200,
        {"options": [option(f"{body['value']}-1"), option(f"{body['value']}-2")], "option_groups": []},
    )
    every_block(page, stub)
    page.locator('[data-action-id="ext"]').click()
    expect(page.get_by_text("Type at least 1 character")).to_be_visible()
    page.keyboard.type("web")
    page.locator('[data-testid="option"][data-value="web-2"]').click()
    assert stub.wait_post("click")["selected_option"] == option("web-2")
    assert stub.posts[0] == ("options", stub.posts[0][1])
    assert stub.posts[0][1]["block_id"] == "more"


def test_an_overflow_menu_by_keyboard(page: Page, stub: Stub) -> None:
    """The menu opens with Enter, walks with the arrows and sends the option."""
    every_block(page, stub)
    page.get_by_test_id("overflow").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert stub.wait_post("click")["selected_option"] == option("Assign", "assign")


def test_pickers_and_boxes(page: Page, stub: Stub) -> None:
    """Dates, radio buttons and checkboxes send at once what they hold."""
    every_block(page, stub)
    page.locator('[data-action-id="day"]').fill("2026-12-01")
    assert stub.wait_post("click")["selected_date"] == "2026-12-01"
    page.get_by_label("All at once").check()
    assert stub.wait_post("click", 2)["selected_option"]["value"] == "All at once"
    page.get_by_label("Notify owners").check()
    sent = stub.wait_post("click", 3)
    assert sent["selected_options"] == [option("Notify owners")]
    assert sent["state"]["values"]["ticks"]["radio"]["selected_option"]["value"] == "All at once"


# -- modals ----------------------------------------------------------------------------------------------------------------


def open_form(page: Page, stub: Stub) -> None:
    stub.tell("view_opened", view=modal(), depth=1)
    page.get_by_test_id("view").wait_for()


def fill_form(page: Page) -> None:
    page.get_by_label("Service", exact=True).fill("web")
    page.locator('[data-input-block="env"] .select').click()
    page.keyboard.press("Enter")


def test_what_is_missing_is_said_beside_it(page: Page, stub: Stub) -> None:
    """Empty and malformed fields are refused before the app is asked, and the first of them has the focus."""
    open_form(page, stub)
    page.get_by_label("Replicas").fill("99")
    page.get_by_label("Mail").fill("nobody")
    page.get_by_test_id("modal-submit").click()
    said = {
        block: page.locator(f'[data-input-block="{block}"] .input-error').inner_text()
        for block in ("service", "env", "count", "mail")
    }
    required = "Please complete this required field."
    assert said == {
        "service": required,
        "env": required,
        "count": "Must be 20 or less",
        "mail": "Enter a valid email address",
    }
    expect(page.get_by_label("Service", exact=True)).to_be_focused()
    page.get_by_label("Service", exact=True).fill("web")
    expect(page.locator('[data-input-block="service"] .input-error')).to_be_hidden()
    assert [name for name, _ in stub.posts if name == "submit"] == []


def test_the_apps_errors_stand_beside_their_block(page: Page, stub: Stub) -> None:
    """Errors of the app go where they belong, as text; what was typed stays."""
    stub.answers["submit"] = lambda body: (200, {"ok": False, "errors": {"service": "There is no <b>service</b> web."}})
    open_form(page, stub)
    fill_form(page)
    page.get_by_test_id("modal-submit").click()
    expect(page.locator('[data-input-block="service"] .input-error')).to_have_text("There is no <b>service</b> web.")
    expect(page.get_by_label("Service", exact=True)).to_have_value("web")
    expect(page.get_by_test_id("modal-submit")).to_be_enabled()


def test_a_form_sends_every_value(page: Page, stub: Stub) -> None:
    """A submission holds each input by block and action, empty ones as null."""
    open_form(page, stub)
    fill_form(page)
    page.get_by_label("Notify owners").check()
    page.get_by_test_id("modal-submit").click()
    values = stub.wait_post("submit")["state"]["values"]
    assert values["service"]["it"] == {"type": "plain_text_input", "value": "web"}
    assert values["env"]["it"] == {"type": "static_select", "selected_option": option("staging")}
    assert values["why"]["it"]["value"] is None
    assert values["tick"]["it"]["selected_options"] == [option("Notify owners")]
    assert values["how"]["it"]["selected_option"] == option("Rolling")
    assert values["who"]["it"]["selected_users"] == []


def test_trouble_is_said_and_can_be_tried_again(page: Page, stub: Stub) -> None:
    """When the app does not answer the modal stays, says so, and can be sent again."""
    stub.answers["submit"] = lambda body: (200, {"ok": False, "message": "We had some trouble connecting. Try again?"})
    open_form(page, stub)
    fill_form(page)
    page.get_by_test_id("modal-submit").click()
    expect(page.locator(".modal-error")).to_contain_text("Try again?")
    page.get_by_test_id("modal-submit").click()
    stub.wait_post("submit", 2)


def test_updates_and_pushes_keep_what_was_typed(page: Page, stub: Stub) -> None:
    """An update keeps the values of inputs that stay; a pushed view goes and the one below is as it was."""
    open_form(page, stub)
    page.get_by_label("Service", exact=True).fill("web")
    changed = modal(title=plain("Changed"))
    changed["blocks"][1] = field_block(
        "service", "Service", {"type": "plain_text_input"}, hint=plain("now with a hint")
    )
    stub.tell("view_updated", view=changed)
    expect(page.get_by_text("now with a hint")).to_be_visible()
    expect(page.get_by_label("Service", exact=True)).to_have_value("web")
    stub.tell(
        "view_opened",
        view={"id": "V2", "type": "modal", "title": plain("Second"), "blocks": [section("On top")]},
        depth=2,
    )
    expect(page.locator(".view:visible .modal-title")).to_have_text("Second")
    stub.tell("view_closed", depth=1)
    expect(page.locator(".view:visible .modal-title")).to_have_text("Changed")
    expect(page.get_by_label("Service", exact=True)).to_have_value("web")


def test_a_modal_holds_the_focus_and_escape_closes_it(page: Page, stub: Stub) -> None:
    """Tab stays inside; Escape closes, tells the app and gives the focus back."""
    page.get_by_test_id("composer").focus()
    open_form(page, stub)
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "!document.activeElement || document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("view")).to_have_count(0)
    assert stub.wait_post("close") == {"as": ADA, "view_id": "V1"}
    expect(page.get_by_test_id("composer")).to_be_focused()


def test_an_open_modal_is_there_after_a_reload(page: Page, stub: Stub) -> None:
    """What Slack has open for me is shown again."""
    stub.view = modal()
    page.reload()
    expect(page.locator(".modal-title")).to_have_text("Deploy a service")


# -- Home, the panel, shortcuts --------------------------------------------------------------------------------------------


def test_the_home_tab_is_renewed_in_place(page: Page, stub: Stub) -> None:
    """Home opens from the app, tells the app, follows updates, and its buttons say that they are in Home."""
    page.get_by_test_id("app").click()
    expect(page.get_by_test_id("home")).to_contain_text("Good morning, Ada")
    assert stub.wait_post("home") == {"as": ADA}
    page.get_by_role("button", name="All services").click()
    sent = stub.wait_post("click")
    assert (sent["container"], sent["view_id"], sent["action_id"]) == ("home", "V1HOME", "status")
    stub.tell("home", view={"id": "V1HOME", "type": "home", "blocks": [context("nothing waits")]})
    expect(page.get_by_test_id("home").locator(".blocks")).to_have_text("nothing waits")
    page.get_by_test_id("tab-messages").click()
    expect(page.get_by_text("Hello. Type")).to_be_visible()


def test_a_panel_line_fills_the_composer(page: Page, stub: Stub) -> None:
    """One click puts the line into the composer; Send sends it, as the person and in the place it belongs to."""
    page.locator('[data-line="l1"]').get_by_test_id("line-fill").click()
    expect(page.get_by_test_id("composer")).to_have_value("/ops deploy web staging")
    page.locator('[data-line="l3"]').get_by_test_id("line-send").click()
    assert stub.wait_post("type") == {"as": GRACE, "channel": LEADS, "text": "/ops whoami"}
    expect(page.get_by_test_id("persona")).to_contain_text("Grace Hopper")


def test_the_plug_is_pulled_after_a_question(page: Page, stub: Stub) -> None:
    """A switch with a question asks it, then shows busy and what came of it."""
    page.get_by_test_id("switch-button").click()
    expect(page.get_by_test_id("confirm")).to_contain_text("kill -9")
    page.get_by_test_id("confirm-yes").click()
    assert stub.wait_post("switch") == {"as": ADA, "id": "plug"}
    plug = PANEL["switches"][0]
    stub.tell("panel", panel=PANEL | {"switches": [plug | {"state": "busy"}]})
    expect(page.get_by_test_id("switch-button")).to_be_disabled()
    stub.tell("panel", panel=PANEL | {"switches": [plug | {"state": "down"}]})
    expect(page.get_by_test_id("panel-switch")).to_contain_text("Down")


def test_shortcuts(page: Page, stub: Stub) -> None:
    """Global shortcuts start from the composer, message shortcuts from the message."""
    page.get_by_test_id("shortcuts").first.click()
    page.locator('[data-shortcut="start"]').click()
    assert stub.wait_post("shortcut") == {"as": ADA, "callback_id": "start", "channel": WEB}
    said = page.locator(f'#channel [data-ts="{ts(58)}"]')
    said.hover()
    said.get_by_test_id("more").click()
    page.locator('[data-shortcut="deploy_this"]').click()
    assert stub.wait_post("shortcut", 2) == {"as": ADA, "callback_id": "deploy_this", "channel": WEB, "ts": ts(58)}


def test_a_refused_click_is_told(page: Page, stub: Stub) -> None:
    """What the server refuses is said in the corner, and the button is usable again."""
    stub.answers["click"] = lambda body: (400, {"error": "message_not_found", "message": "That message is gone."})
    stub.post(message(ts(0), BOT, "x", actions("row", button("Go", "go"))))
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_test_id("toast")).to_contain_text("That message is gone.")
    expect(page.get_by_role("button", name="Go", exact=True)).not_to_have_attribute("aria-busy", "true")
