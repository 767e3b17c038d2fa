"""What the page shows: every block, hostile text as text, edits in place, threads, ephemerals and what is new."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_blocks import (
    ADA,
    BOT,
    GRACE,
    HOSTILE,
    INCIDENTS,
    WEB,
    Json,
    actions,
    button,
    message,
    modal,
    option,
    plain,
    section,
    showcase,
    ts,
)
from tests.browser.page_stub import Stub, browsing, serving, visiting

pytestmark = pytest.mark.browser
ROOT = ts(33)
MARKS = {
    "*bold* _it_ ~no~ `code`": "<strong>bold</strong> <em>it</em> <s>no</s> <code>code</code>",
    "*bold _and italic_*": "<strong>bold <em>and italic</em></strong>",
    "2*3*4 snake_case_name a~b~c": "2*3*4 snake_case_name a~b~c",
    "* not bold * and _ not _": "* not bold * and _ not _",
    "`*raw* &lt;b&gt;`": "<code>*raw* &lt;b&gt;</code>",
    "&gt; quoted\nafter": "<blockquote>quoted</blockquote>after",
    "one\ntwo": "one<br>two",
    "```\n$ a *b*\n```": "<pre><code>$ a *b*</code></pre>",
    "<https://e.com/?a=1&amp;b=2|site>": '<a href="https://e.com/?a=1&amp;b=2">site</a>',
    "<mailto:a@e.com|a@e.com>": '<a href="mailto:a@e.com">a@e.com</a>',
    "<javascript:alert(1)|x>": "&lt;javascript:alert(1)|x&gt;",
    "<@U1GRACE> <@U9NOBODY>": "<span>@Grace Hopper</span> <span>@U9NOBODY</span>",
    "<!subteam^S1> <!here>": "<span>@backend-leads</span> <span>@here</span>",
    "<#C9SECRET|>": "<span>#private channel</span>",
    "a &amp;lt; b": "a &amp;lt; b",
    ":not_an_emoji: 10:30:45": ":not_an_emoji: 10:30:45",
    "<unclosed *b*": "&lt;unclosed <strong>b</strong>",
}


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


def show(page: Page, stub: Stub, *blocks: Json, text: str = "fallback", stamp: str = ts(0), **more: Any) -> Any:
    """Post a message and give its element."""
    stub.post(message(stamp, BOT, text, *blocks, **more))
    found = page.locator(f'#channel [data-ts="{stamp}"]')
    found.wait_for()
    return found


def test_every_block_is_drawn(page: Page, stub: Stub) -> None:
    """Each block type has its own look, and an unknown one says that it is unknown."""
    shown = show(page, stub, *showcase())
    for kind in ("header", "section", "divider", "context", "actions", "image", "rich_text", "markdown", "table"):
        assert shown.locator(f'[data-block-type="{kind}"]').count() >= 1, kind
    expect(shown.get_by_test_id("unknown-block")).to_contain_text("hologram")
    assert shown.locator(".fields .text").all_inner_texts() == ["From\na41c9e2", "To\n5d2f0b7"]
    assert shown.locator("ol.rich-list > li").all_inner_texts() == ["first", "second"]
    assert shown.locator(".rich-block blockquote, .rich-block pre").all_inner_texts() == ["quoted", "make demo"]
    assert shown.locator(".markdown table td").all_inner_texts() == ["1", "2"]
    assert shown.locator('[data-block-type="table"] tbody tr').first.inner_text().split() == ["web", "6"]
    assert (
        shown.locator('[data-block-type="table"] tbody td').nth(1).evaluate("el => getComputedStyle(el).textAlign")
        == "right"
    )


def test_the_elements_are_drawn(page: Page, stub: Stub) -> None:
    """Buttons carry their style, pickers their first value, selects their placeholder or first choice."""
    shown = show(page, stub, *showcase())
    assert "primary" in (shown.locator('[data-action-id="b2"]').get_attribute("class") or "")
    assert "danger" in (shown.locator('[data-action-id="b3"]').get_attribute("class") or "")
    expect(shown.locator('[data-action-id="who"]')).to_have_text("Grace Hopper")
    expect(shown.locator('[data-action-id="one"]')).to_have_text("Pick one")
    expect(shown.locator('[data-action-id="day"]')).to_have_value("2026-11-24")
    expect(shown.locator('[data-action-id="time"]')).to_have_value("14:30")
    assert shown.locator('[data-action-id="radio"] input').count() == 2


def test_a_date_is_in_the_readers_zone(page: Page, stub: Stub) -> None:
    """A date token is written where the reader is, and a broken one shows its fallback."""
    shown = show(page, stub, section("<!date^1795520000^{date_num} {time}|then> <!date^soon^{time}|later>"))
    expect(shown).to_contain_text("2026-11-24 12:33")  # Berlin, an hour ahead of UTC
    shown = show(page, stub, section("<!date^1795520000^{nonsense}|later>"), stamp=ts(-1))
    expect(shown.locator("time.date")).to_have_text("later")


def test_mrkdwn(page: Page) -> None:
    """Slack's marks become elements, and what only looks like a mark stays text."""
    shown = page.evaluate(
        """async (texts) => {
            const { mrkdwn } = await import("/page/mrkdwn.js");
            return texts.map((text) => {
                const root = document.createElement("div");
                root.append(...mrkdwn(text));
                for (const el of root.querySelectorAll("*")) {
                    for (const name of el.getAttributeNames()) if (name !== "href") el.removeAttribute(name);
                }
                return root.innerHTML;
            });
        }""",
        list(MARKS),
    )
    assert dict(zip(MARKS, shown, strict=True)) == MARKS


def test_long_and_nested_text_is_drawn_at_once(page: Page) -> None:
    """Ten thousand characters of marks neither hang the page nor lose a letter."""
    drawn = page.evaluate(
        """async () => {
            const { mrkdwn } = await import("/page/mrkdwn.js");
            const text = "*a _b ~c `d <e ".repeat(700);
            const root = document.createElement("div");
            root.append(...mrkdwn(text));
            return [root.textContent, text].map((each) => each.replace(/[^a-e]/g, ""));
        }"""
    )
    assert drawn[0] == drawn[1] == "abcde" * 700


def test_hostile_text_stays_text(page: Page, stub: Stub) -> None:
    """Whatever an app or a person writes, wherever it stands, no element and no script comes of it."""
    blocks = (
        {"type": "header", "text": plain(HOSTILE)},
        section(HOSTILE, fields=[plain(HOSTILE)], accessory=button(HOSTILE, "x", confirm={"title": plain(HOSTILE)})),
        {"type": "markdown", "text": f"{HOSTILE}\n\n[x](javascript:alert(1)) | {HOSTILE}"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": HOSTILE}]]},
        {"type": "image", "image_url": "javascript:alert(1)", "alt_text": HOSTILE},
        actions("a", button("Go", "y", url="javascript:window.hacked=1")),
        actions(
            "b",
            {
                "type": "static_select",
                "action_id": "s",
                "options": [option(HOSTILE)],
                "initial_option": option(HOSTILE),
            },
        ),
        {"type": HOSTILE, "text": HOSTILE},
        {"type": "constructor"},
    )
    shown = show(
        page,
        stub,
        *blocks,
        username=HOSTILE,
        attachments=[{"title": HOSTILE, "title_link": "javascript:x", "text": HOSTILE}],
    )
    stub.post(
        message(
            ts(-1),
            GRACE,
            HOSTILE,
            files=[{"id": "F", "name": HOSTILE, "mimetype": "text/plain", "size": 1, "url": "javascript:alert(1)"}],
        ),
    )
    stub.tell("notice", channel=WEB, text=HOSTILE, tone="error", ts=ts(-2))
    page.get_by_test_id("notice").wait_for()
    shown.locator('[data-action-id="y"]').click()
    assert page.locator("#channel script, #channel iframe, #channel img[src='x'], #channel b").count() == 0
    assert page.locator("#channel a[href^='javascript']").count() == 0
    assert page.evaluate("window.hacked") is None
    expect(shown.locator('[data-block-type="header"]')).to_contain_text('<img src=x onerror="window.hacked=1">')


def test_an_edit_touches_only_what_changed(page: Page, stub: Stub) -> None:
    """A card that is edited keeps its other blocks' elements, the focus and the reader's place."""
    row = actions("row", button("Stop…", "stop"))
    shown = show(page, stub, section("Step 1", block_id="s"), row)
    stop = shown.locator('[data-action-id="stop"]')
    stop.focus()
    stop.evaluate("el => { el.kept = true; }")
    stub.tell("message_changed", message=message(ts(0), BOT, "x", section("Step 2", block_id="s"), row))
    expect(shown).to_contain_text("Step 2")
    assert stop.evaluate("el => el.kept === true && document.activeElement === el")
    assert page.locator(f'#channel [data-ts="{ts(0)}"]').count() == 1


def test_the_focus_survives_a_changed_button(page: Page, stub: Stub) -> None:
    """When the focused button itself is redrawn, its successor has the focus."""
    shown = show(page, stub, actions("row", button("Stop…", "stop")))
    shown.locator('[data-action-id="stop"]').focus()
    stub.tell("message_changed", message=message(ts(0), BOT, "x", actions("row", button("Stop now", "stop"))))
    expect(shown.get_by_text("Stop now")).to_be_visible()
    assert page.evaluate("document.activeElement.dataset.actionId") == "stop"


def test_an_edited_text_says_so(page: Page, stub: Stub) -> None:
    """A text message carries "(edited)" after an edit, once."""
    shown = show(page, stub, text="before")
    stub.tell("message_changed", message=message(ts(0), BOT, "after", edited=True))
    expect(shown.get_by_test_id("text")).to_have_text("after (edited)")


def test_a_deleted_message_goes(page: Page, stub: Stub) -> None:
    """What is deleted leaves the feed."""
    shown = show(page, stub, text="gone soon")
    stub.tell("message_deleted", channel=WEB, ts=ts(0))
    expect(shown).to_have_count(0)


def test_messages_are_grouped_by_author_and_day(page: Page) -> None:
    """Two messages in a row by one author share a head, and each day has its separator."""
    assert page.locator(f'#channel [data-ts="{ts(1497.5)}"] .author').count() == 0
    expect(page.locator(f'#channel [data-ts="{ts(1498)}"] .author')).to_have_text("Ada Lovelace")
    assert page.locator("#channel .day").all_inner_texts() == ["Yesterday", "Today"]


def test_an_ephemeral_message_is_dismissed_for_good(page: Page) -> None:
    """An ephemeral says that only I see it; dismissed, it does not come back with a reload."""
    private = page.locator(f'#channel [data-ts="{ts(5)}"]')
    expect(private).to_contain_text("Only visible to you")
    private.get_by_test_id("dismiss").click()
    expect(private).to_have_count(0)
    page.reload()
    page.locator(f'#channel [data-ts="{ts(12)}"]').wait_for()
    expect(private).to_have_count(0)


def test_an_ephemeral_is_replaced_in_place(page: Page, stub: Stub) -> None:
    """A replaced ephemeral keeps its place, and a deleted one goes."""
    private = page.locator(f'#channel [data-ts="{ts(5)}"]')
    stub.tell("ephemeral", message=message(ts(5), BOT, "Started.", ephemeral=True))
    expect(private).to_contain_text("Started.")
    expect(private.locator("button[data-action-id]")).to_have_count(0)
    stub.tell("ephemeral_deleted", channel=WEB, ts=ts(5))
    expect(private).to_have_count(0)


def test_a_thread_opens_counts_and_grows(page: Page, stub: Stub) -> None:
    """The reply count opens the thread, whose replies arrive live; a broadcast also stands in the channel."""
    root = page.locator(f'#channel [data-ts="{ROOT}"]')
    root.get_by_test_id("replies").click()
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_test_id("message")).to_have_count(4)
    assert f"thread={ROOT}" in page.url
    stub.tell("message", message=message(ts(0), GRACE, "one more", thread_ts=ROOT))
    stub.tell("thread", channel=WEB, thread_ts=ROOT, reply_count=4, reply_users=[BOT, GRACE], latest_reply=ts(0))
    expect(thread.get_by_test_id("message")).to_have_count(5)
    expect(root.get_by_test_id("replies")).to_contain_text("4 replies")
    expect(page.locator("#channel").get_by_text("one more")).to_have_count(0)
    expect(page.locator(f'#channel [data-ts="{ts(29)}"]')).to_contain_text("replied to a thread")
    page.get_by_test_id("close-thread").click()
    expect(thread).to_be_hidden()


def test_reactions_are_told_and_toggled(page: Page, stub: Stub) -> None:
    """A reaction shows who and how many; a click adds mine or takes it back."""
    said = page.locator(f'#channel [data-ts="{ts(1497.5)}"]')
    said.locator('[data-name="+1"]').click()
    assert stub.wait_post("react") == {"as": ADA, "channel": WEB, "ts": ts(1497.5), "name": "+1"}
    said.locator('[data-name="rocket"]').click()
    assert stub.wait_post("react", 2)["remove"] is True
    stub.tell("reaction", message=message(ts(1497.5), ADA, "x", reactions=[{"name": "+1", "count": 3, "users": [ADA]}]))
    # A list is waited for; a single text fails at once while there are still two chips.
    expect(said.get_by_test_id("reaction")).to_have_text([re.compile("3$")])


def test_what_is_new_has_a_line_and_a_way_there(page: Page, stub: Stub) -> None:
    """Unread messages start below a line "New"; the channel counts as read once it is looked at."""
    page.locator(f'[data-testid="channel"][data-channel="{INCIDENTS}"]').click()
    expect(page.get_by_test_id("new-line")).to_have_count(1)
    below = page.locator("#channel .new-line ~ .message")
    expect(below).to_have_count(3)
    assert stub.wait_post("read") == {"as": ADA, "channel": INCIDENTS}


def test_the_reader_stays_where_they_read(page: Page, stub: Stub) -> None:
    """Scrolled up, a new message moves nothing but offers a way down."""
    page.locator(f'[data-testid="channel"][data-channel="{INCIDENTS}"]').click()
    page.get_by_text("Line 59 of").wait_for()
    feed = page.get_by_test_id("feed")
    feed.evaluate("el => { el.scrollTop = 100; }")
    page.locator("#channel").get_by_test_id("jump").wait_for()
    before = feed.evaluate("el => el.scrollTop")
    stub.tell("message", message=message(ts(0), GRACE, "down here", channel=INCIDENTS))
    expect(page.locator("#channel").get_by_test_id("jump")).to_have_text("1 new message")
    assert feed.evaluate("el => el.scrollTop") == before
    page.locator("#channel").get_by_test_id("jump").click()
    expect(page.get_by_text("down here")).to_be_in_viewport()
    expect(page.locator("#channel").get_by_test_id("jump")).to_be_hidden()


def test_a_text_file_is_a_snippet(page: Page) -> None:
    """A short text file shows its first lines and opens in place."""
    file = page.get_by_test_id("file")
    expect(file.locator("pre")).to_contain_text("14:07")
    expect(file.locator("pre")).not_to_contain_text("14:011")
    file.get_by_role("button", name="Show all 12 lines").click()
    expect(file.locator("pre")).to_contain_text("14:011")


def test_a_title_is_untrusted_too(page: Page, stub: Stub) -> None:
    """A modal's title and labels are text as well."""
    stub.tell("view_opened", view=modal(title=plain(HOSTILE[:24])), depth=1)
    expect(page.locator(".modal-title")).to_have_text(HOSTILE[:24])
