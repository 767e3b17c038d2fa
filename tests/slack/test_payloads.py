"""Slack's bodies become Deliveries: identity by ids, stable keys, and never an exception."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.requests import Delivery, DeliveryKind
from bot.domain.terms import Door, Identity, Place
from bot.slack.arrival import Arrival
from bot.slack.payloads import parse
from tests.slack.world import ADA, BOT_USER, NOW, TEAM, click, command, direct, event, mention, submission

WORDS = DeliveryKind.WORDS


def read(body: object, **arrival: Any) -> Delivery:
    return parse(body, Arrival(at=NOW, bot_user=BOT_USER, **arrival))


def test_a_command_carries_who_where_and_how_to_answer() -> None:
    """A slash command becomes words with its trigger and its private way back."""
    found = read(command("  deploy web staging ", enterprise_id="E1"))
    asked = found.invocation
    assert (found.kind, found.command, asked.text, asked.door) == (WORDS, "/ops", "deploy web staging", Door.SLASH)
    assert asked.who == Identity(team=TEAM, user=ADA, enterprise="E1")
    assert asked.where == Place(channel="C0WEB1234")
    assert asked.trigger == "1.2.abc"
    assert asked.response_url.startswith("https://hooks.slack.com/")
    assert asked.at == NOW


def test_secrets_are_not_in_the_repr() -> None:
    """A Delivery may be logged: trigger and response_url stay out of it."""
    shown = repr(read(command()))
    assert "hooks.slack.com" not in shown
    assert "trigger=" not in shown


def test_a_dm_command_is_direct() -> None:
    """A command typed in a direct conversation says so."""
    assert read(command(channel_id="D0ADA1234")).invocation.where == Place(channel="D0ADA1234", direct=True)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (command(), "command:1.2.abc"),
        (click(), "click:3.4.def"),
        (submission(), "submit:5.6.aaa"),
        (event(mention()), "event:Ev1"),
        (click(trigger_id=None), f"click:8.5+8.1+{ADA}"),
    ],
)
def test_keys_name_one_delivery(body: dict[str, Any], key: str) -> None:
    """trigger_id, event_id, or when, where and who clicked: the same however often it is sent."""
    assert read(body).key == key
    assert read(body, retry=3).key == key
    assert read(body, retry=3).retry == 3


def test_a_command_without_trigger_is_known_by_its_signature() -> None:
    """A replayed request repeats its signature, so that it repeats its key."""
    body = command(trigger_id="")
    one, again, other = (read(body, signature=s) for s in ("v0=aa", "v0=aa", "v0=bb"))
    assert one.key == again.key != other.key


def test_the_reference_is_the_keys() -> None:
    """A redelivery has the reference that the first one had."""
    assert read(event(mention())).invocation.ref == read(event(mention()), retry=2).invocation.ref
    assert read(event(mention())).invocation.ref != read(command()).invocation.ref


def test_a_mention_in_a_thread_is_answered_there() -> None:
    """The words after our name, the thread it was said in, and the message itself."""
    found = read(event(mention(f"hey <@{BOT_USER}> deploy web staging", thread_ts="7.7")))
    assert (found.invocation.text, found.invocation.door) == ("deploy web staging", Door.MENTION)
    assert found.invocation.where == Place(channel="C0WEB1234", thread="7.7")
    assert found.message == "9.1"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (f"<@{BOT_USER}> status", "status"),
        (f"status <@{BOT_USER}>", "status"),
        (f"<@{BOT_USER}|quarterdeck> why web <@U0OTHER>", "why web <@U0OTHER>"),
        (f"<@{BOT_USER}>", ""),
        ("<@U0OTHER> deploy web", "<@U0OTHER> deploy web"),
    ],
)
def test_our_own_name_is_not_part_of_what_was_said(said: str, heard: str) -> None:
    """Only our own mention is taken off."""
    assert read(event(mention(said))).invocation.text == heard


def test_a_direct_message_is_words() -> None:
    """A DM needs no mention."""
    found = read(event(direct("deploy web staging")))
    assert (found.kind, found.invocation.door, found.invocation.where.direct) == (WORDS, Door.DIRECT, True)


NOT_A_PERSON = [
    {"bot_id": "B1"},
    {"bot_profile": {"id": "B1"}},
    {"subtype": "bot_message"},
    {"subtype": "message_changed"},
    {"subtype": "file_share"},
    {"app_id": "A2"},
    {"edited": {"user": ADA, "ts": "1"}},
    {"hidden": True},
    {"user": None},
    {"user": BOT_USER},
]


BY_AN_APP = [*NOT_A_PERSON[:2], {"app_id": "A2"}]


@pytest.mark.parametrize("shape", NOT_A_PERSON)
@pytest.mark.parametrize("said", [mention, direct])
def test_only_people_are_heard(shape: dict[str, Any], said: Any) -> None:
    """Bots, workflows, edits, system messages and our own echo change nothing."""
    found = read(event(said(**shape)))
    if said is mention and shape in BY_AN_APP:
        assert (found.kind, found.by_app) == (WORDS, True)  # an app may hold the right to propose
    else:
        assert found.kind is DeliveryKind.IGNORED


def test_whoever_speaks_through_an_app_is_not_taken_for_a_person() -> None:
    """An app may post in somebody's name: what it says is an app's word, whoever's id it carries."""
    assert not read(event(mention())).by_app
    assert read(event(mention(app_id="A2", bot_id="B1"))).by_app


def test_our_own_echo_is_known_before_first_contact() -> None:
    """The event itself names its recipient."""
    echo = event(direct(user=BOT_USER))
    assert parse(echo, Arrival(at=NOW)).kind is DeliveryKind.IGNORED


def test_talk_that_is_not_addressed_to_us_is_ignored() -> None:
    """A message in a channel without a mention is none of our business."""
    assert read(event(direct(channel_type="channel"))).kind is DeliveryKind.IGNORED


@pytest.mark.parametrize(
    ("fields", "outer", "team"),
    [
        ({}, {}, TEAM),
        ({"user_team": "T0THEIRS"}, {"is_ext_shared_channel": True}, "T0THEIRS"),
        ({"team": "T0THEIRS"}, {"is_ext_shared_channel": True}, "T0THEIRS"),
        ({"team": None}, {"is_ext_shared_channel": True}, ""),
        ({"team": None}, {}, TEAM),
        ({"user_team": "E1", "team": None}, {"enterprise_id": "E1"}, TEAM),
        ({"user_team": "E9", "team": TEAM}, {"enterprise_id": "E1", "is_ext_shared_channel": True}, "E9"),
    ],
)
def test_who_speaks_is_of_their_own_team(fields: dict[str, Any], outer: dict[str, Any], team: str) -> None:
    """`team_id` of an event is ours; in shared channels the speaker's may differ, and doubt is nobody's team."""
    assert read(event(mention(**fields), **outer)).invocation.who.team == team


def test_who_clicks_is_of_their_own_team() -> None:
    """The clicker's team counts, not the one that the payload is for; names are never read."""
    theirs = click(user={"id": ADA, "team_id": "T0THEIRS", "name": "Admin"}, enterprise={"id": "E1"})
    assert read(theirs).invocation.who == Identity(team="T0THEIRS", user=ADA)
    ours = click(enterprise={"id": "E1"})
    assert read(ours).invocation.who == Identity(team=TEAM, user=ADA, enterprise="E1")
    assert read(click(user={"id": ADA})).invocation.who.team == ""


def test_a_click_carries_the_offer() -> None:
    """A button's value is the offer's opaque id; where it stands is known too."""
    found = read(click())
    assert (found.kind, found.action, found.offer, found.message) == (DeliveryKind.CLICK, "confirm", "offer-1", "8.1")
    assert (found.invocation.door, found.invocation.where) == (Door.BUTTON, Place(channel="C0WEB1234"))


def test_a_click_in_a_thread_and_on_an_ephemeral() -> None:
    """The thread comes from the message, or from the container where Slack leaves the message out."""
    container = {
        "type": "message",
        "message_ts": "8.2",
        "channel_id": "C0WEB1234",
        "is_ephemeral": True,
        "thread_ts": "7.1",
    }
    found = read(click(message=None, channel=None, container=container))
    assert (found.invocation.where, found.message) == (Place(channel="C0WEB1234", thread="7.1"), "8.2")


@pytest.mark.parametrize(("kind", "door"), [("modal", Door.MODAL), ("home", Door.HOME)])
def test_a_click_in_a_view(kind: str, door: Door) -> None:
    """Modal and Home tab are doors of their own, and bring their private metadata and state."""
    state = {"values": {"note": {"text": {"type": "plain_text_input", "value": "hm"}}}}
    view = {"id": "V1", "type": kind, "private_metadata": "carried", "state": state}
    found = read(click(view=view, container={"type": "view", "view_id": "V1"}, channel=None, message=None))
    assert (found.invocation.door, found.view, found.carried, dict(found.values)) == (
        door,
        "V1",
        "carried",
        {"note": "hm"},
    )


def test_a_link_button_needs_no_work() -> None:
    """Slack reports clicks on links; the browser has opened them already."""
    link = [{"type": "button", "action_id": "run", "url": "https://ci.example/1", "action_ts": "1.1"}]
    assert read(click(actions=link)).kind is DeliveryKind.IGNORED


def test_a_menu_choice_is_an_offer_too() -> None:
    """An overflow menu or select brings the chosen option's value."""
    chosen = [{"type": "overflow", "action_id": "more", "selected_option": {"value": "offer-2"}, "action_ts": "1.1"}]
    assert read(click(actions=chosen)).offer == "offer-2"


def test_a_form_is_flattened_by_block() -> None:
    """Every input kind becomes one string; several choices are one per line."""
    values = {
        "why": {"i": {"type": "plain_text_input", "value": "first\nsecond"}},
        "empty": {"i": {"type": "plain_text_input", "value": None}},
        "service": {"i": {"type": "static_select", "selected_option": {"value": "web"}}},
        "none": {"i": {"type": "static_select", "selected_option": None}},
        "boxes": {"i": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
        "people": {"i": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}},
        "day": {"i": {"type": "datepicker", "selected_date": "2026-11-24"}},
        "when": {"i": {"type": "datetimepicker", "selected_date_time": 1795518000}},
        "two": {"x": {"value": "1"}, "y": {"value": "2"}},
    }
    found = read(submission(values))
    assert found.kind is DeliveryKind.SUBMIT
    assert dict(found.values) == {
        "why": "first\nsecond",
        "empty": "",
        "service": "web",
        "none": "",
        "boxes": "a\nb",
        "people": "U1\nU2",
        "day": "2026-11-24",
        "when": "1795518000",
        "two": "1",
        "two/x": "1",
        "two/y": "2",
    }
    assert (found.action, found.view, found.carried) == ("deploy", "V1", "carried")


def test_shortcuts() -> None:
    """A global shortcut has no place; one on a message brings the message."""
    who = {"user": {"id": ADA, "team_id": TEAM}, "team": {"id": TEAM}, "trigger_id": "1.1.a"}
    plain = read({"type": "shortcut", "callback_id": "deploy", **who})
    assert (plain.kind, plain.action, plain.invocation.where.channel) == (DeliveryKind.SHORTCUT, "deploy", "")
    said = {"ts": "6.1", "thread_ts": "6.0", "text": "fixed in #412"}
    on_message = read(
        {
            "type": "message_action",
            "callback_id": "deploy_this",
            "message_ts": "6.1",
            "channel": {"id": "C1"},
            "message": said,
            **who,
        }
    )
    assert (on_message.message, on_message.message_text) == ("6.1", "fixed in #412")
    assert on_message.invocation.where == Place(channel="C1", thread="6.0")
    assert on_message.invocation.door is Door.SHORTCUT


def test_suggestions_bring_what_was_typed() -> None:
    """An external select asks with the letters typed so far."""
    found = read(
        {
            "type": "block_suggestion",
            "user": {"id": ADA, "team_id": TEAM},
            "action_id": "ref",
            "block_id": "b",
            "value": "mai",
        }
    )
    assert (found.kind, found.action, found.invocation.text) == (DeliveryKind.SUGGEST, "ref", "mai")


def test_home_but_not_its_other_tab() -> None:
    """Opening the Home tab counts; opening the Messages tab does not."""
    opened = {"type": "app_home_opened", "user": ADA, "channel": "D1", "tab": "home"}
    assert read(event(opened)).kind is DeliveryKind.HOME
    assert read(event({**opened, "tab": "messages"})).kind is DeliveryKind.IGNORED


@pytest.mark.parametrize(
    ("inner", "topic", "about"),
    [
        ({"type": "user_change", "user": {"id": "U9"}}, "user", "U9"),
        ({"type": "team_join", "user": {"id": "U9"}}, "user", "U9"),
        ({"type": "subteam_members_changed", "subteam_id": "S9"}, "group", "S9"),
        ({"type": "subteam_updated", "subteam": {"id": "S9"}}, "group", "S9"),
        ({"type": "channel_shared", "channel": "C9"}, "channel", "C9"),
        ({"type": "channel_unshared", "channel": "C9"}, "channel", "C9"),
        ({"type": "channel_rename", "channel": {"id": "C9", "name": "new"}}, "channel", "C9"),
        ({"type": "channel_archive", "channel": "C9"}, "channel", "C9"),
        ({"type": "group_rename", "channel": {"id": "G9"}}, "channel", "G9"),
        ({"type": "channel_id_changed", "old_channel_id": "G9", "new_channel_id": "C9"}, "channel", "G9"),
        ({"type": "member_joined_channel", "user": BOT_USER, "channel": "C9", "inviter": ADA}, "joined", "C9"),
    ],
)
def test_news(inner: dict[str, Any], topic: str, about: str) -> None:
    """What our cached facts are about has changed."""
    found = read(event(inner))
    assert (found.kind, found.topic, found.about) == (DeliveryKind.NEWS, topic, about)


def test_news_details() -> None:
    """A changed id brings the new one; an invitation says by whom; somebody else's joining is none of ours."""
    assert (
        read(event({"type": "channel_id_changed", "old_channel_id": "G9", "new_channel_id": "C9"})).invocation.text
        == "C9"
    )
    joined = {"type": "member_joined_channel", "user": BOT_USER, "channel": "C9", "inviter": ADA}
    assert read(event(joined)).invocation.who.user == ADA
    assert read(event({**joined, "user": "U9"})).kind is DeliveryKind.IGNORED


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"type": "view_closed", "user": {"id": ADA, "team_id": TEAM}},
        {"type": "interactive_message", "user": {"id": ADA}},
        {"type": "block_actions"},
        {"type": "event_callback"},
        {"type": "event_callback", "event": {"type": "function_executed", "user": ADA}},
        {"command": "/ops"},
    ],
)
def test_what_we_do_not_know_is_ignored(body: object) -> None:
    """Unknown bodies are acknowledged and dropped."""
    found = read(body)
    assert found.kind is DeliveryKind.IGNORED
    assert found.key


def test_text_that_a_database_cannot_hold_is_mended() -> None:
    """Lone surrogates and NUL are legal in JSON and fail on the way to disk; length is bounded."""
    text = read(command("a\ud800b\0c" + "x" * 50_000)).invocation.text
    assert text.encode("utf-8")
    assert "\0" not in text
    assert len(text) <= 12_000


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12))
ANY = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SAMPLES = [
    command(),
    click(),
    submission(),
    event(mention()),
    event(direct()),
    event({"type": "user_change", "user": {"id": "U9"}}),
]


@given(ANY)
def test_no_input_raises(body: object) -> None:
    """Any JSON value is read."""
    assert read(body).key


@given(st.sampled_from(SAMPLES), st.data())
def test_no_damaged_payload_raises(sample: dict[str, Any], data: st.DataObject) -> None:
    """A known body with anything anywhere is read, the same key comes out twice, and text can be stored."""
    body = json.loads(json.dumps(sample))
    spot = body
    while True:
        name = data.draw(st.sampled_from(sorted(spot)))
        inner = spot[name]
        if isinstance(inner, dict) and inner and data.draw(st.booleans()):
            spot = inner
            continue
        spot[name] = data.draw(ANY)
        break
    found, again = read(body), read(body)
    assert found.key == again.key
    repr(found).encode("utf-8")
    found.invocation.text.encode("utf-8")


@given(st.fixed_dictionaries({"values": st.dictionaries(st.text(max_size=5), ANY, max_size=3)}))
def test_no_form_raises(state: dict[str, Any]) -> None:
    """Whatever a form holds, values are strings."""
    body = submission()
    body["view"]["state"] = state
    assert all(isinstance(value, str) for value in read(body).values.values())
