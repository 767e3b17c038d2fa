"""What every AlertSource has to prove."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import SourceSettings
from bot.domain.alerts import Alert
from bot.errors import Unreadable
from bot.ports import AlertSource, Authentic, Body, Forged, Needs, RawDelivery

NOW = 1_795_511_040_000  # 2026-11-24 09:04 UTC
ANOTHER = "another-secret-of-the-same-length-000000"
FUZZ = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[
        HealthCheck.differing_executors,
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)


@dataclass(frozen=True, kw_only=True)
class SourceRig:
    """A source under test.

    `send` makes the delivery that the real sender would make of a body; `weakened` every delivery that lacks one part of the proof.
    `samples` are bodies that it understands, `fetched` what it may ask for.
    """

    source: AlertSource
    secrets: tuple[str, ...]
    send: Callable[[bytes], RawDelivery]
    weakened: Callable[[RawDelivery], Iterator[RawDelivery]]
    samples: tuple[bytes, ...]
    fetched: Mapping[str, bytes] = field(default_factory=dict)
    understands: Callable[[bytes], Body] = lambda content: Body(content=content, at=NOW)
    free: frozenset[str] = frozenset()  # objects whose every key is meant: labels


def without_header(*names: str) -> Callable[[RawDelivery], Iterator[RawDelivery]]:
    """The deliveries that lack one of these headers each."""

    def weakened(raw: RawDelivery) -> Iterator[RawDelivery]:
        for name in names:
            yield replace(raw, headers={key: value for key, value in raw.headers.items() if key != name})

    return weakened


M = TypeVar("M", bound=SourceSettings)


def configured(model: type[M], **values: Any) -> M:
    """The settings, read as from a file."""
    return model.model_validate_json(json.dumps(values), strict=True)


def by_token(secret: str) -> Callable[[bytes], RawDelivery]:
    """Sent with a bearer token."""

    def send(body: bytes) -> RawDelivery:
        headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
        return RawDelivery(headers=headers, body=body, at=NOW)

    return send


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=30)
    | st.sampled_from(
        ["", "firing", "resolved", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "http://[", "$x", "\ud800", "\x00"]
    )
)
HOSTILE: tuple[object, ...] = (
    *("x" * 20_000, "\ud800\n" * 9_000, "\x00", ""),
    *(True, 10**30, -1.5, [["x"]], {"x": {}}),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def nodes(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value."""
    yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from nodes(inner, (*way, key))


def changed(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    """The same with another value at the end of the way."""
    if not way:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = changed(value[way[0]], way[1:], new)
    return copy


def written(value: Any) -> bytes:
    """As a sender would write it."""
    return json.dumps(value).encode()


class AlertSourceContract:
    """Whoever cannot prove it is refused; whatever was proven is read, and nothing that it says breaks anything."""

    def rig(self) -> SourceRig:
        """The source under test."""
        raise NotImplementedError("the source's test class provides its rig")

    def judged(self, rig: SourceRig, raw: RawDelivery, secrets: Sequence[str] | None = None) -> Authentic | Forged:
        """The verdict, once everything was fetched that may be."""
        fetched: dict[str, bytes] = {}
        while True:
            found = rig.source.authentic(raw, rig.secrets if secrets is None else secrets, fetched)
            if not isinstance(found, Needs):
                return found
            assert rig.source.may_fetch(found.url)
            assert found.url not in fetched, "it is never asked twice for the same"
            fetched[found.url] = rig.fetched.get(found.url, b"nothing")

    def read(self, rig: SourceRig, content: bytes) -> tuple[Alert, ...] | None:
        """What the body says; None where it is refused with the one error that may come."""
        try:
            return rig.source.alerts(rig.understands(content))
        except Unreadable as error:
            assert str(error)
            assert not any(secret in str(error) for secret in rig.secrets)
            return None

    # ---- who sent it -------------------------------------------------------------------------------------------------

    def test_what_is_proven_passes(self) -> None:
        """Each sample, as its sender sends it."""
        rig = self.rig()
        assert rig.samples
        for sample in rig.samples:
            assert isinstance(self.judged(rig, rig.send(sample)), Authentic)

    def test_each_part_of_the_proof_is_needed(self) -> None:
        """Take any one away, and it is refused."""
        rig = self.rig()
        for sample in rig.samples:
            weaker = list(rig.weakened(rig.send(sample)))
            assert weaker
            assert all(isinstance(self.judged(rig, raw), Forged) for raw in weaker)

    def test_nobody_passes_without_a_secret(self) -> None:
        """No secret configured, an empty one, or another."""
        rig = self.rig()
        if not rig.secrets:  # a public key proves the sender
            assert rig.source.signs_body
            return
        raw = rig.send(rig.samples[0])
        for secrets in ((), ("",), (ANOTHER,)):
            assert isinstance(self.judged(rig, raw, secrets), Forged)
        assert isinstance(self.judged(rig, raw, (ANOTHER, *rig.secrets)), Authentic), "one of two, while it is changed"

    def test_nothing_at_all_is_refused(self) -> None:
        """No headers, no body."""
        rig = self.rig()
        assert isinstance(self.judged(rig, RawDelivery(headers={}, body=b"", at=NOW)), Forged)

    def test_a_changed_body_is_noticed(self) -> None:
        """Where the body is signed."""
        rig = self.rig()
        raw = rig.send(rig.samples[0])
        if rig.source.signs_body:
            assert isinstance(self.judged(rig, replace(raw, body=raw.body.replace(b'"', b"'", 1))), Forged)

    def test_headers_alone_prove_where_the_body_is_not_signed(self) -> None:
        """So that a stranger's body is never read."""
        rig = self.rig()
        raw = rig.send(rig.samples[0])
        assert isinstance(self.judged(rig, replace(raw, body=b"")), Forged if rig.source.signs_body else Authentic)

    @FUZZ
    @given(data=st.data())
    def test_less_proof_never_helps(self, data: st.DataObject) -> None:
        """Whatever is refused stays refused when a header is taken away; nothing raises, and reasons hold nothing of the request."""
        rig = self.rig()
        good = rig.send(rig.samples[0])
        junk = st.text(max_size=60)
        values = {
            name: st.just(value) | junk | st.just(value[:-1]) | st.just(value.upper())
            for name, value in good.headers.items()
        }
        headers = data.draw(st.fixed_dictionaries({}, optional=values))
        body = data.draw(st.just(good.body) | st.binary(max_size=80) | JSON.map(written))
        raw = RawDelivery(headers=headers, body=body, at=data.draw(st.just(NOW) | st.integers(0, 2 * NOW)))
        found = self.judged(rig, raw)
        if isinstance(found, Authentic):
            return
        assert len(found.why) < 80
        for name in headers:
            less = replace(raw, headers={key: value for key, value in headers.items() if key != name})
            assert isinstance(self.judged(rig, less), Forged)

    def test_secrets_are_not_shown(self) -> None:
        """Neither by the source nor by a verdict."""
        rig = self.rig()
        shown = repr(rig.source) + repr(vars(rig.source)) + repr(rig.send(rig.samples[0]))
        shown += repr(self.judged(rig, rig.send(rig.samples[0]), (ANOTHER,)))
        assert not any(secret in shown for secret in (*rig.secrets, ANOTHER))

    # ---- what it says ------------------------------------------------------------------------------------------------

    def test_samples_are_read_and_always_the_same(self) -> None:
        """Every alert has a source, a key and a title; reading twice gives equal and hashable values."""
        rig = self.rig()
        assert any(self.read(rig, sample) for sample in rig.samples)
        for sample in rig.samples:
            found = rig.source.alerts(rig.understands(sample))
            assert found == rig.source.alerts(rig.understands(sample))
            assert all(alert.source and alert.key and alert.title for alert in found)
            hash(found)

    def test_unknown_fields_change_nothing(self) -> None:
        """A sender may grow."""
        rig = self.rig()
        for sample in rig.samples:
            value = json.loads(sample)
            more = value
            for way in list(nodes(value)):
                inner = value
                for step in way:
                    inner = inner[step]
                if isinstance(inner, dict) and not (rig.free & {step for step in way if isinstance(step, str)}):
                    more = changed(more, way, {**_at(more, way), "newInVersion99": {"deep": [1, None]}})
            assert rig.source.alerts(rig.understands(written(more))) == rig.source.alerts(rig.understands(sample))

    @FUZZ
    @given(value=JSON)
    def test_any_json_is_read_or_refused(self, value: Any) -> None:
        """Nothing else ever comes of it."""
        self._is_bounded(self.read(self.rig(), written(value)))

    @FUZZ
    @given(content=st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, content: bytes) -> None:
        """Also what is no JSON at all."""
        self._is_bounded(self.read(self.rig(), content))

    @FUZZ
    @given(data=st.data())
    def test_any_value_anywhere_is_read_or_refused(self, data: st.DataObject) -> None:
        """A sample with one value replaced by any other, long texts and deep nests included."""
        rig = self.rig()
        sample = json.loads(data.draw(st.sampled_from(rig.samples)))
        way = data.draw(st.sampled_from(list(nodes(sample))))
        new = data.draw(
            JSON | st.sampled_from(["x" * 20_000, "\ud800\n" * 9_000, [[[[]]]] * 50, {str(n): n for n in range(500)}])
        )
        self._is_bounded(self.read(rig, written(changed(sample, way, new))))

    def test_hostile_values_everywhere(self) -> None:
        """Each value of each sample replaced by each of these: far too long, unwritable, empty, of another kind, immense."""
        rig = self.rig()
        for sample in map(json.loads, rig.samples):
            for way in nodes(sample):
                for new in HOSTILE:
                    self._is_bounded(self.read(rig, written(changed(sample, way, new))))

    @pytest.mark.parametrize(
        "content", [b"[" * 100_000, b'{"a":' * 100_000, b'{"a": NaN}', b"1e999", b"9" * 5_000, b"\xff", b""]
    )
    def test_hostile_texts_are_refused_quickly(self, content: bytes) -> None:
        """Nested without end, no numbers, no text."""
        self._is_bounded(self.read(self.rig(), content))

    def _is_bounded(self, found: tuple[Alert, ...] | None) -> None:
        for alert in found or ():
            assert alert.key
            assert alert.title
            assert len(alert.key) <= 1_100
            assert len(alert.title) <= 300
            assert len(alert.summary) <= 4_000
            assert len(alert.value) <= 300
            assert len(alert.group_key) <= 1_000
            assert len(alert.labels) <= 64
            assert len(alert.annotations) <= 64
            assert len(alert.links) <= 8
            assert 0 <= alert.starts_at < 10**13
            assert 0 <= alert.ends_at < 10**13
            assert alert.title.isprintable()
            assert all(link.url.startswith(("http://", "https://")) and len(link.url) <= 2_100 for link in alert.links)
            repr(alert).encode()
            "".join(
                (alert.key, alert.summary, *(word for pair in alert.labels + alert.annotations for word in pair))
            ).encode()


def _at(value: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        value = value[step]
    return value
