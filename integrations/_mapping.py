"""A mapping from somebody's JSON to alerts, as it is configured: where things stand, and which word means what."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from bot.config import Section, SourceSettings, wrong
from bot.domain.alerts import Alert, Status
from bot.errors import Unreadable
from integrations._paths import Pick, Place
from integrations._payload import (
    LONGEST_LABEL,
    LONGEST_LINE,
    LONGEST_PROSE,
    Pairs,
    address,
    digest,
    instant,
    line,
    pairs,
    prose,
)
from integrations._words import environment, links, service, severity

LONGEST_KEY = 200


class StatusMapping(Section):
    """Which word means what. A word that stands in no list means firing: better seen than lost."""

    path: Place = Field(description="Where the word stands, from the item on.")
    resolved: tuple[str, ...] = Field(description="Words that mean that it is over, in any case.")
    firing: tuple[str, ...] = Field(default=(), description="Words that mean that it goes on; so do all others.")
    acknowledged: tuple[str, ...] = Field(default=(), description="Words that mean that somebody is at it.")
    no_data: tuple[str, ...] = Field(default=(), description="Words that mean that nothing is known.")

    @model_validator(mode="after")
    def _once(self) -> "StatusMapping":
        words = [word.lower() for word in (*self.resolved, *self.firing, *self.acknowledged, *self.no_data)]
        if not self.resolved:
            raise wrong("no word means resolved, so nothing would ever end", "write resolved: [ok]")
        if len(set(words)) < len(words):
            raise wrong("a word stands in two lists", "keep it in one")
        return self

    def of(self, item: object) -> Status:
        """What the item says."""
        word = line(self.path.text(item, LONGEST_LINE)).lower()
        for status, words in (
            (Status.RESOLVED, self.resolved),
            (Status.ACKNOWLEDGED, self.acknowledged),
            (Status.NO_DATA, self.no_data),
        ):
            if word in {each.lower() for each in words}:
                return status
        return Status.FIRING


def _has_key(value: tuple[Place, ...]) -> tuple[Place, ...]:
    if not value:
        raise wrong("names nothing", "write the path of what is the same from firing to resolved: [$.host, $.check]")
    return value


KeyPlaces = Annotated[tuple[Place, ...], AfterValidator(_has_key)]


class Mapped(SourceSettings):
    """What every mapping says."""

    key: KeyPlaces = Field(
        description="What an alert is recognised by, from firing to resolved: one or more paths from the item on."
    )
    status: StatusMapping = Field(description="What it says about the alert.")
    title: Pick = Field(description="What is broken.")
    summary: Pick = Field(default=Pick(""), description="More about it.")
    severity: Pick = Field(
        default=Pick("warning"), description="How bad: page, critical, warning or info, or what others call so."
    )
    labels: Place | dict[str, Pick] = Field(
        default={}, description="What it is about: the path of an object, or names with their paths."
    )
    url: Pick = Field(default=Pick(""), description="Where it is seen.")
    runbook: Pick = Field(default=Pick(""), description="Where it says what to do.")
    value: Pick = Field(default=Pick(""), description="The measured value.")
    starts_at: Pick = Field(
        default=Pick(""), description="Since when: ISO 8601, or seconds or milliseconds since 1970."
    )
    ends_at: Pick = Field(default=Pick(""), description="Until when.")


def mapped_alert(item: object, mapped: Mapped, source: str) -> Alert:
    """One item as an alert; raises Unreadable where its key is missing."""
    status = mapped.status.of(item)
    labels = _labels(item, mapped)
    named = dict(labels)
    return Alert(
        source=source,
        key=_key(item, mapped),
        status=status,
        severity=severity(line(mapped.severity.text(item))),
        title=line(mapped.title.text(item)) or "Alert without a name",
        summary=prose(mapped.summary.text(item)),
        service=line(service(named, mapped)),
        environment=line(environment(named, mapped)),
        labels=labels,
        annotations=(),
        starts_at=_instant(mapped.starts_at, item),
        ends_at=_instant(mapped.ends_at, item) if status is Status.RESOLVED else 0,
        links=links([("Runbook", address(mapped.runbook.text(item))), ("Source", address(mapped.url.text(item)))]),
        value=line(mapped.value.text(item)),
        group_key="",
    )


def _key(item: object, mapped: Mapped) -> str:
    words = [line(place.text(item), LONGEST_PROSE) for place in mapped.key]
    missing = [str(place) for place, word in zip(mapped.key, words, strict=True) if not word]
    if missing:
        raise Unreadable(f"an item has nothing at {missing[0]}, which is part of its key")
    joined = "/".join(words)
    readable = len(joined) <= LONGEST_KEY and not any("/" in word for word in words[1:])
    return joined if readable else digest(*words)


def _labels(item: object, mapped: Mapped) -> Pairs:
    wanted = mapped.labels
    if isinstance(wanted, Place):
        return pairs(next(iter(wanted.values(item)), None))
    return pairs({name: pick.text(item, LONGEST_LABEL) for name, pick in wanted.items()})


def _instant(pick: Pick, item: object) -> int:
    return instant(pick.text(item, 40))
