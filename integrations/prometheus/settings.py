"""What the configuration says: of the server, and of what is asked of it about a target."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from bot.config import Duration, Section, Text, Url, Within, wrong
from bot.domain.terms import SECOND
from integrations.prometheus.promql import misplaced

LONGEST_QUERY = 8_000


def _query(text: str) -> str:
    if len(text) > LONGEST_QUERY:
        raise wrong("longer than 8,000 characters", "make a recording rule of it, and ask for that")
    if problem := misplaced(text):
        raise wrong(problem, 'write placeholders as {job="{service}"} and [{window}]')
    return text


def _token(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise wrong("not a usable token", "write it without spaces and without line breaks, as it was given out")
    return value


Query = Annotated[Text, AfterValidator(_query)]
Token = Annotated[SecretStr, AfterValidator(_token)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class PrometheusSettings(Section):
    """The connection: anything that speaks Prometheus's HTTP API."""

    url: Url = Field(description="Where its API is, without `/api/v1`: http or https, without credentials.")
    token: Token | None = Field(
        default=None,
        description="Sent as `Authorization: Bearer …`; as the password, where `user` is set. Needs https, or this machine.",
    )
    user: Text | None = Field(default=None, description="The name for Basic authentication; `token` is its password.")
    authority: Path | None = Field(
        default=None,
        description="A file with the certificates that are trusted instead of the system's (PEM). A relative path starts "
        "at the configuration file.",
    )

    @field_validator("authority")
    @classmethod
    def _from_the_file(cls, authority: Path | None, info: ValidationInfo) -> Path | None:
        start = (info.context or {}).get("directory", Path.cwd())
        return Path(start, authority.expanduser()).absolute() if authority else None

    @model_validator(mode="after")
    def _kept_to_itself(self) -> Self:
        if self.token is not None and not self.url.is_private_or_encrypted:
            raise wrong("the token would cross the network in clear", "write https://… (or remove the token)")
        if self.user is not None and (self.token is None or ":" in self.user):
            raise wrong("`user` needs `token`, its password, and has no colon", "add `token:`, or remove `user:`")
        return self


class Counted(Section):
    """How many of how many."""

    bad: Query = Field(description="The query that counts what went wrong in the window.")
    of: Query = Field(description="The query that counts everything in the window, good and bad.")


class Baseline(Section):
    """What the value is compared with: the same queries a while ago, or queries of a control."""

    before: Annotated[Duration, Within("1m", "30d")] | None = Field(
        default=None,
        description="The same queries, so long ago: longer than the deployment, the bake time and the window together.",
    )
    query: Query | None = Field(default=None, description="The control's query, where the probe has `query`.")
    bad: Query | None = Field(default=None, description="The control's `bad`, where the probe has `bad`.")
    of: Query | None = Field(default=None, description="The control's `of`, where the probe has `of`.")
    times: Annotated[Number, Field(ge=1, le=1_000)] | None = Field(
        default=None,
        description="How many times worse than the baseline the value of `query` may be. Unless set: 1.5. Of counts the exact test decides.",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        there = [self.before is not None, self.query is not None, self.bad is not None or self.of is not None]
        if sum(there) != 1 or (self.bad is None) != (self.of is None):
            raise wrong("not one baseline", "write `before`, or the control's `query`, or its `bad` and `of`")
        return self


class PrometheusProbe(Section):
    """A health gate: one value, how far it may go, and how much has to stand behind it."""

    name: Text | None = Field(
        default=None, description="What the value is called, such as `errors`. Unless set: `value`."
    )
    query: Query | None = Field(
        default=None,
        description="The query of the value: it has to give one number. Placeholders: {service}, {environment} and "
        "{revision} in strings, and {window}.",
    )
    bad: Query | None = Field(
        default=None,
        description="Instead of `query`, with `of`: counts what went wrong in the window, such as "
        "`sum(increase(errors_total[{window}]))`. What chance does not explain fails at once.",
    )
    of: Query | None = Field(default=None, description="With `bad`: counts everything in the window.")
    below: Number | None = Field(
        default=None, description="The value has to be below this; of `bad` and `of` their ratio."
    )
    above: Number | None = Field(default=None, description="The value of `query` has to be above this.")
    window: Annotated[Duration, Within("10s", "1d")] = Field(
        default=Duration.read("1m"), description="What {window} stands for. Shorter than the bake time."
    )
    samples: Query | None = Field(
        default=None,
        description="With `query`: counts what the value is made of. Placeholders as there.",
    )
    min_samples: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = Field(
        default=None,
        description="How many there have to be, by `of` or `samples` (also in the baseline); fewer are inconclusive. Unless set: 100.",
    )
    newest: Query | None = Field(
        default=None,
        description="When the newest sample is from, such as `max(timestamp(errors_total))`.",
    )
    max_age: Annotated[Duration, Within("5s", "1h")] = Field(
        default=Duration.read("2m"), description="How old the newest sample may be; older is inconclusive."
    )
    baseline: Baseline | None = Field(
        default=None, description="What the value is compared with, besides or instead of `below` and `above`."
    )
    timeout: Annotated[Duration, Within("100ms", "7s")] = Field(
        default=Duration.read("5s"), description="How long all of its answers may take together."
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.query is None) == (self.bad is None) or (self.bad is None) != (self.of is None):
            raise wrong(
                "needs either `query`, or `bad` and `of`", "write {query: …, below: …} or {bad: …, of: …, below: …}"
            )
        if self.below is None and self.above is None and self.baseline is None:
            raise wrong("says nothing that can fail", "add `below`, `above` or `baseline`")
        if self.below is not None and self.above is not None:
            raise wrong("has both `below` and `above`", "make two probes of it")
        self._counts_fit()
        self._baseline_fits()
        return self

    def _counts_fit(self) -> None:
        if self.counted is not None:
            if self.samples is not None or self.above is not None:
                raise wrong(
                    "`samples` and `above` belong to `query`", "remove them: `of` counts, and `below` is their ratio"
                )
            if self.below is not None and not 0 < self.below <= 1:
                raise wrong("`below` is a ratio here, above 0 and at most 1", "write 0.01 for one percent")
        elif self.min_samples is not None and self.samples is None:
            raise wrong(
                "`min_samples` needs `samples`", "add the query that counts: samples: sum(increase(…[{window}]))"
            )

    def _baseline_fits(self) -> None:
        base = self.baseline
        if base is None:
            return
        if base.before is not None and int(base.before) <= int(self.window):
            raise wrong("`before` is not longer than the window", "compare with a time before the deployment")
        if (base.query is not None and self.query is None) or (base.bad is not None and self.bad is None):
            raise wrong(
                "the control is of another kind than the probe", "write both with `query`, or both with `bad` and `of`"
            )
        if base.query is not None and self.samples is not None:
            raise wrong("a control cannot have `samples`", "use `bad` and `of`, or `before`")
        if base.times is not None and self.counted is not None:
            raise wrong("`times` belongs to `query`", "remove it: of counts the exact test decides")

    @property
    def counted(self) -> Counted | None:
        """Its counts, where it has them."""
        return Counted(bad=self.bad, of=self.of) if self.bad is not None and self.of is not None else None

    @property
    def least(self) -> int:
        """How many samples there have to be."""
        return self.min_samples or 100

    @property
    def limit(self) -> Fraction | None:
        """`below` as it was written, so that 0.01 is one percent and no float beside it."""
        return Fraction(repr(self.below)) if self.below is not None else None

    @property
    def window_text(self) -> str:
        """The window as PromQL writes durations: in whole seconds, or in milliseconds."""
        millis = int(self.window)
        return f"{millis // SECOND}s" if millis % SECOND == 0 else f"{millis}ms"
