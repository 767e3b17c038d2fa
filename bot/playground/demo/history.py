"""What happened in the demo's repositories: commits by people with names, one of them a mistake that is only seen when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_SERVICE = Path(__file__).with_name("service")
SERVER = (_SERVICE / "server.py.txt").read_text(encoding="utf-8")
PAGE = (_SERVICE / "page.html").read_text(encoding="utf-8")

ADA = "Ada Lovelace <ada@acme.example>"
GRACE = "Grace Hopper <grace@acme.example>"
LINUS = "Linus Torvalds <linus@acme.example>"
MARGARET = "Margaret Hamilton <margaret@acme.example>"

FIRST_COMMIT = 1_793_606_400  # seconds; a Monday morning in November 2026
BETWEEN = 5 * 3_600 + 1_260


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit: the files that it writes, and the refs that are set to it."""

    author: str
    title: str
    files: Mapping[str, str]
    body: str = ""
    branch: str = "main"
    tag: str = ""
    pull_request: int = 0


@dataclass(frozen=True, kw_only=True)
class History:
    """A repository; `live` says which of its tags each environment serves at the beginning."""

    name: str
    commits: tuple[Commit, ...]
    live: Mapping[str, str] = field(default_factory=dict)


def _page(accent: str) -> str:
    return PAGE.replace("ACCENT", accent)


def _features(*names: str) -> dict[str, str]:
    return {"features.txt": "".join(f"{name}\n" for name in names)}


def _settings(timeout: str) -> dict[str, str]:
    return {"settings.ini": f"[shop]\ncheckout_timeout = {timeout}\n"}


_FIRST = ("One page that says hello",)
_SEARCH = (*_FIRST, "Greets you by name", "Finds products as you type")
_WRAPPED = (*_SEARCH, "Gift wrapping")
_BASKET = (*_WRAPPED, "Remembers your basket")
_CHECKOUT = (*_BASKET, "Checkout in one step")
_MAIL = (*_CHECKOUT, "Confirms orders by e-mail")

_CUSTOMERS = "create table customers (id integer primary key, name text not null, email text);\n"
_ORDERS = """-- Orders move out of the basket. There is no way back: the old column is dropped.
create table orders (id integer primary key, customer integer references customers, total_cents integer not null);
alter table customers drop column email;
"""
_CARDS = "create table gift_cards (code text primary key, cents integer not null);\n"

WEB = History(
    name="web",
    live={"staging": "v1.2", "production": "v1.1"},
    commits=(
        Commit(
            author=ADA,
            title="feat: a shop with one page",
            files={"server.py": SERVER, "page.html": _page("#1f6f8b"), "README.md": "# web\n\nThe shop.\n"}
            | _features(*_FIRST)
            | _settings("30"),
        ),
        Commit(author=GRACE, title="feat: greet visitors by name (#401)", files=_features(*_SEARCH[:2])),
        Commit(author=LINUS, title="docs: say how to run it (#402)", files={"README.md": "# web\n\nRun server.py.\n"}),
        Commit(author=ADA, title="feat: product search (#404)", files=_features(*_SEARCH), tag="v1.0"),
        Commit(
            author=GRACE,
            title="feat: a table for customers (#405)",
            files={"migrations/0041_customers.sql": _CUSTOMERS},
        ),
        Commit(
            author=LINUS,
            title="chore: one size for all icons (#407)",
            files={"icons.txt": "24 by 24\n"},
        ),
        Commit(author=MARGARET, title="style: a calmer colour (#408)", files={"page.html": _page("#2e7d57")}),
        Commit(author=ADA, title="feat: gift wrapping (#409)", files=_features(*_WRAPPED), tag="v1.1"),
        Commit(author=GRACE, title="feat: remember the basket (#410)", files=_features(*_BASKET)),
        Commit(
            author=LINUS,
            title="fix: retry failed webhooks (#411)",
            body="Three times, with a pause that doubles. The partner's endpoint is down for a minute every night.",
            files={"webhooks.txt": "retry = 3\n"},
            tag="v1.2",
        ),
        Commit(
            author=ADA,
            title="feat: faster checkout (#412)",
            body="One step instead of three.",
            files={"migrations/0042_orders.sql": _ORDERS, "page.html": _page("#6b4fbb")} | _features(*_CHECKOUT),
        ),
        Commit(
            author=GRACE,
            title="feat: make the checkout timeout configurable (#413)",
            files=_settings("30s"),
            tag="v1.3-rc",
        ),
        Commit(
            author=LINUS,
            title="fix: the checkout timeout is a number again (#414)",
            body="`30s` kept the server from starting.",
            files=_settings("30"),
        ),
        Commit(
            author=GRACE,
            title="feat: gift cards, first part",
            files={"migrations/0043_gift_cards.sql": _CARDS},
            branch="feature/gift-cards",
        ),
        Commit(
            author=GRACE,
            title="feat: gift cards, at the checkout",
            files=_features(*_CHECKOUT, "Gift cards"),
            branch="feature/gift-cards",
            pull_request=416,
        ),
        Commit(author=ADA, title="feat: confirm orders by e-mail (#415)", files=_features(*_MAIL)),
    ),
)

API = History(
    name="api",
    live={"staging": "v0.2", "production": "v0.1"},
    commits=(
        Commit(
            author=LINUS,
            title="feat: an api with one answer",
            files={"server.py": SERVER, "page.html": _page("#b4552d"), "README.md": "# api\n"}
            | _features("GET /revision")
            | _settings("30"),
            tag="v0.1",
        ),
        Commit(author=GRACE, title="feat: say how we are (#77)", files=_features("GET /revision", "GET /health")),
        Commit(
            author=LINUS,
            title="fix: answers are never cached (#78)",
            files={"README.md": "# api\n\nNothing here is cached.\n"},
            tag="v0.2",
        ),
        Commit(
            author=ADA,
            title="feat: count what is asked (#79)",
            files=_features("GET /revision", "GET /health", "Counts what is asked"),
        ),
    ),
)

HISTORIES = (WEB, API)
