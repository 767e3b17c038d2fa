"""The grammar as a table: what people type, and what it means."""

import pytest

from tests.commanding.reading import read, rows

UNDERSTOOD = """
; the plain form, names by alias, any case
deploy web production ⇒ deploy web production
deploy web staging ⇒ deploy web staging
deploy storefront stg ⇒ deploy web staging
DEPLOY Web PRODUCTION ⇒ deploy web production
Deploy WEB Prod ⇒ deploy web production
deploy money test ⇒ deploy billing test
ship web staging ⇒ deploy web staging
deploy ｗｅｂ staging ⇒ deploy web staging

; little words before an environment
deploy web to production ⇒ deploy web production
deploy web in staging ⇒ deploy web staging
deploy web on staging ⇒ deploy web staging
deploy web TO staging ⇒ deploy web staging
deploy to staging web ⇒ deploy web staging
deploy web → staging ⇒ deploy web staging
deploy web -> staging ⇒ deploy web staging

; any order
deploy production web ⇒ deploy web production
deploy production web main ⇒ deploy web@main production
deploy main web production ⇒ deploy web@main production
deploy main to production web ⇒ deploy web@main production
deploy --dry-run web production ⇒ deploy web production --dry-run
deploy web --dry-run production ⇒ deploy web production --dry-run

; what to deploy
deploy web@v1.4 production ⇒ deploy web@v1.4 production
deploy web@v1.4 to production ⇒ deploy web@v1.4 production
deploy Web@Release/2 staging ⇒ deploy web@Release/2 staging
deploy web staging feature/SHOP-12 ⇒ deploy web@feature/SHOP-12 staging
deploy web staging 5d2f0b7 ⇒ deploy web@5d2f0b7 staging
deploy web staging sha256:9f86d081 ⇒ deploy web@sha256:9f86d081 staging
deploy web #412 staging ⇒ deploy web staging #412
deploy #412 web staging ⇒ deploy web staging #412
deploy web#412 staging ⇒ deploy web staging #412
deploy web@#412 staging ⇒ deploy web staging #412
deploy web !412 staging ⇒ deploy web staging #412
deploy web #0412 staging ⇒ deploy web staging #412
deploy web staging 412 ⇒ deploy web@412 staging
deploy web@staging staging ⇒ deploy web@staging staging
deploy web@rollback staging ⇒ deploy web@rollback staging
deploy web@web staging ⇒ deploy web@web staging
deploy web@main staging main ⇒ deploy web@main staging
deploy https://github.com/acme/web/pull/412 staging ⇒ deploy web staging #412 [service]
deploy web https://github.com/acme/web/pull/412 staging ⇒ deploy web staging #412
deploy web github.com/acme/web/pull/412/files staging ⇒ deploy web staging #412
deploy web https://github.com/acme/web/pull/412#discussion_r1 staging ⇒ deploy web staging #412
deploy web https://git.acme.example/acme/web/-/merge_requests/12 staging ⇒ deploy web staging #12
deploy web https://github.com/acme/web/commit/5d2f0b7aa staging ⇒ deploy web@5d2f0b7aa staging
deploy web https://github.com/acme/web/tree/feature/cart staging ⇒ deploy web@feature/cart staging
deploy web https://github.com/acme/web/releases/tag/v1.4 staging ⇒ deploy web@v1.4 staging
deploy web https://github.com/acme/web/pull/412/commits/5d2f0b7 staging ⇒ deploy web@5d2f0b7 staging
deploy acme/api#7 staging ⇒ deploy api staging #7 [service]
deploy billing https://github.com/acme/billing/pull/3 test ⇒ deploy billing test #3

; several services
deploy web,api staging ⇒ deploy web,api staging
deploy web, api staging ⇒ deploy web,api staging
deploy web , api staging ⇒ deploy web,api staging
deploy web,api, staging ⇒ deploy web,api staging
deploy web ,, api staging ⇒ deploy web,api staging
deploy web production, ⇒ deploy web production
deploy web api staging ⇒ deploy web,api staging
deploy web and api staging ⇒ deploy web,api staging
deploy web & api to staging ⇒ deploy web,api staging
deploy web + api staging ⇒ deploy web,api staging
deploy web,storefront staging ⇒ deploy web staging
deploy web@v2,api@v2 staging ⇒ deploy web@v2,api@v2 staging
deploy web,api staging v2 ⇒ deploy web@v2,api@v2 staging
deploy web,billing prod ⇒ deploy web,billing prod
promote web,api production ⇒ promote web,api production

; rolling back
rollback web production ⇒ rollback web production
rollback web prod --to v1.3 ⇒ rollback web production --to v1.3
rollback --to v1.3 web prod ⇒ rollback web production --to v1.3
rollback web prod --to=v1.3 ⇒ rollback web production --to v1.3
rollback web prod --TO v1.3 ⇒ rollback web production --to v1.3
rollback web prod --to "v1.3" ⇒ rollback web production --to v1.3
rollback web prod --to #411 ⇒ rollback web production --to #411
rollback web to production --to v1.3 ⇒ rollback web production --to v1.3
undo web prod ⇒ rollback web production
revert web prod ⇒ rollback web production
promote web production ⇒ promote web production
promote web to production ⇒ promote web production
stop web production ⇒ stop web production
cancel web production ⇒ stop web production
deploy web staging dry-run ⇒ deploy web staging --dry-run
deploy web staging ‑‑dry‑run ⇒ deploy web staging --dry-run

; asking
status ⇒ status
st ⇒ status
status web ⇒ status web
status web,api ⇒ status web,api
status web production ⇒ status web production
status in production ⇒ status production
status all ⇒ status all
status ALL ⇒ status all
history web ⇒ history web
log web prod ⇒ history web production
changes web production ⇒ changes web production
diff web@v1.4 production ⇒ changes web@v1.4 production
changes web,api production ⇒ changes web,api production
why web production ⇒ why web production
why deploy web production ⇒ why deploy web production
why rollback web production ⇒ why rollback web production
why undo web production --to v1 ⇒ why rollback web production --to v1
why promote web production ⇒ why promote web production
plan ⇒ plan
plans ⇒ plan
whoami ⇒ whoami
doctor ⇒ doctor
again ⇒ again
overview ⇒ overview

; help
help ⇒ help
? ⇒ help
--help ⇒ help
help deploy ⇒ help deploy
help undo ⇒ help rollback
deploy --help ⇒ help deploy
deploy -h ⇒ help deploy
deploy ? ⇒ help deploy
deploy help ⇒ help deploy
deploy web production --help ⇒ help deploy
help help ⇒ help help

; shorthands
web ⇒ status web
WEB ⇒ status web
storefront ⇒ status web
web production ⇒ status web production
production web ⇒ status web production
web,api ⇒ status web,api
production ⇒ status production
demo ⇒ status demo
demo demo ⇒ status demo demo
deploy demo demo ⇒ deploy demo demo
/ops deploy web staging ⇒ deploy web staging
/deploy web staging ⇒ deploy web staging
/ops ⇒ overview
/ops web ⇒ status web

; what is missing is asked for
deploy ⇒ deploy ? service, environment
deploy web ⇒ deploy web ? environment
deploy web to ⇒ deploy web ? environment
deploy production ⇒ deploy production ? service
deploy web main ⇒ deploy web@main ? environment
deploy main ⇒ deploy main ? service, environment
deploy #412 staging ⇒ deploy staging #412 ? service
deploy web,api ⇒ deploy web,api ? environment
rollback web --to v1.3 ⇒ rollback web --to v1.3 ? environment
rollback because it burns ⇒ rollback --because "it burns" ? service, environment
stop ⇒ stop ? service, environment
history ⇒ history ? service
changes web ⇒ changes web ? environment
why ⇒ why ? service, environment
promote web ⇒ promote web ? environment
"""


@pytest.mark.parametrize(("line", "meaning"), rows(UNDERSTOOD))
def test_what_is_understood(line: str, meaning: str) -> None:
    """Each line means exactly this, and nothing in it is ignored."""
    assert read(line) == meaning


NOT_UNDERSTOOD = """
; mistyped names: offered, production last, nothing done
deploy web prodction ⇒ ✗ There is no environment “prodction” for web. | deploy web staging | deploy web production
deploy web stagign ⇒ ✗ There is no environment “stagign” for web. | deploy web staging | deploy web production
deploy web to qa ⇒ ✗ There is no environment “qa” for web. | deploy web staging | deploy web production
deploy web prodction main ⇒ ✗ There is no environment “prodction” for web. | deploy web@main staging | deploy web@main production
deploy billing staging ⇒ ✗ There is no environment “staging” for billing. | deploy billing test | deploy billing eu | deploy billing us
deploy wbe staging ⇒ ✗ There is no service “wbe”. | deploy web staging
deploy we staging ⇒ ✗ There is no service “we”. | deploy web staging
deploy bill test ⇒ ✗ There is no service “bill”. | deploy billing test
deploy web,wbe staging ⇒ ✗ There is no service “wbe”.
deploy web,apii staging ⇒ ✗ There is no service “apii”. | deploy web,api staging
history wbe ⇒ ✗ There is no service “wbe”. | history web
history nothing ⇒ ✗ There is no service “nothing”.
status web prodution ⇒ ✗ There is no environment “prodution” for web. | status web staging | status web production
deplyo web staging ⇒ ✗ I do not know “deplyo”. | deploy web staging
rolback web prod ⇒ ✗ I do not know “rolback”. | rollback web production
stat web ⇒ ✗ I do not know “stat”. | status web
wbe ⇒ ✗ I do not know “wbe”. | status web
hello there ⇒ ✗ I do not know “hello”.
/etc ⇒ ✗ I do not know “/etc”.

; words of another command, and two of a kind
deploy rollback web production ⇒ ✗ “rollback” is a command of its own. | rollback web production
deploy web status ⇒ ✗ “status” is a command of its own. | status web
web deploy staging ⇒ ✗ “deploy” is a command of its own. | deploy web staging
help web ⇒ ✗ help takes no service. | status web
whoami web ⇒ ✗ whoami takes no service. | status web
plan production ⇒ ✗ plan takes no environment.
deploy web staging production ⇒ ✗ There are two environments: staging and production. One at a time. | deploy web staging | deploy web production
deploy web staging,production ⇒ ✗ One environment at a time. | deploy web staging | deploy web production
deploy web staging staging ⇒ ✗ There are two environments: staging and staging. One at a time. | deploy web staging
deploy web staging v1 v2 ⇒ ✗ There are two revisions: “v1” and “v2”. One at a time.
deploy web@v1 staging v2 ⇒ ✗ There are two revisions: “v1” and “v2”. One at a time.
deploy web@v1,api@v2 staging ⇒ ✗ A revision counts for all services of a command, not for one of them.
deploy web@v1,api staging ⇒ ✗ A revision counts for all services of a command, not for one of them.
rollback web api production ⇒ ✗ rollback takes one service, and there are two: web and api. | rollback web production
status web all ⇒ ✗ Either all, or a service and an environment.
why web production v1 --to v2 ⇒ ✗ There are two revisions: name one.

; words that are not used are never ignored
deploy please web staging ⇒ ✗ “please” means nothing to me there, so nothing was done. | deploy web staging
please deploy web staging ⇒ ✗ I do not know “please”. | deploy web staging
deploy the web staging ⇒ ✗ “the” means nothing to me there, so nothing was done. | deploy web staging
deploy web not production ⇒ ✗ “not” means nothing to me there, so nothing was done.
don't deploy web production ⇒ ✗ I do not know “don't”.
please don't deploy web production ⇒ ✗ I do not know “please”.
deploy web or api staging ⇒ ✗ “or” means nothing to me there, so nothing was done.
deploy web at 17:00 staging ⇒ ✗ “at” means nothing to me there, so nothing was done.
deploy all staging ⇒ ✗ “all” means nothing to me there, so nothing was done.
deploy and web staging ⇒ ✗ “and” means nothing to me there, so nothing was done.
rollback web production v1.3 ⇒ ✗ rollback has no use for “v1.3”, so nothing was done. | rollback web production --to v1.3
rollback web@v1.3 production ⇒ ✗ rollback has no use for “web@v1.3”, so nothing was done. | rollback web production --to v1.3
rollback web production to v1.3 ⇒ ✗ “to” is for an environment; a revision comes after --to. | rollback web production --to v1.3
deploy web staging to ⇒ ✗ After “to” an environment is missing. | deploy web staging
promote web production main ⇒ ✗ promote has no use for “main”, so nothing was done.
stop #12 ⇒ ✗ stop goes by service and environment, not by a number such as #12.
stop 12 ⇒ ✗ stop goes by service and environment, not by a number such as 12.
doctor now ⇒ ✗ “now” means nothing to me there, so nothing was done. | doctor
whoami really ⇒ ✗ whoami has no use for “really”, so nothing was done.
deploy @ada staging ⇒ ✗ “@ada” is a person or a group, not a service.

; flags
deploy web staging --force ⇒ ✗ There is no “--force”.
deploy web staging -f ⇒ ✗ There is no “-f”.
deploy web staging --dryrun ⇒ ✗ There is no “--dryrun”. | deploy web staging --dry-run
deploy web staging -dry-run ⇒ ✗ There is no “-dry-run”. | deploy web staging --dry-run
deploy web staging --dry ⇒ ✗ There is no “--dry”. | deploy web staging --dry-run
deploy web staging --dry-run=no ⇒ ✗ --dry-run takes no value.
deploy web staging --to v1 ⇒ ✗ deploy does not take --to. | deploy web@v1 staging
status web --because x ⇒ ✗ status does not take --because.
whoami --dry-run ⇒ ✗ whoami does not take --dry-run.
rollback web prod --to ⇒ ✗ --to needs a revision.
rollback web prod --to --dry-run ⇒ ✗ --to needs a revision.
rollback web prod --to v1 --to v2 ⇒ ✗ --to is there twice.
--dry-run deploy web staging ⇒ ✗ A line begins with a command.
deploy web staging -- ⇒ ✗ There is no “--”.

; revisions that cannot be one
deploy web@ staging ⇒ ✗ After @ there is nothing.
deploy web@-rf staging ⇒ ✗ A revision never begins with a dash.
deploy foo,bar staging ⇒ ✗ There is no service “foo”.
deploy web@v1 api staging ⇒ ✗ A revision counts for all services of a command, not for one of them.
deploy web@a..b staging ⇒ ✗ That cannot be the name of a revision.
deploy web@a~1 staging ⇒ ✗ That cannot be the name of a revision.
deploy web@$HOME staging ⇒ ✗ That cannot be the name of a revision.
deploy web@a;b staging ⇒ ✗ That cannot be the name of a revision.
deploy web@x.lock staging ⇒ ✗ That cannot be the name of a revision.
deploy web "my branch" staging ⇒ ✗ That cannot be the name of a revision.
rollback web prod --to HEAD^ ⇒ ✗ That cannot be the name of a revision.
deploy web https://example.com/ staging ⇒ ✗ That link names nothing that can be deployed.
deploy web https://github.com/acme/web/pull/new staging ⇒ ✗ That link names no pull request.
deploy web https://github.com/acme/api/pull/412 staging ⇒ ✗ That is a link into acme/api, and web is deployed from another repository.
deploy web ftp://acme/web/pull/412 staging ⇒ ✗ That link names nothing that can be deployed.

; quotes
deploy web "staging ⇒ ✗ The quote before “staging” is never closed.
"""


@pytest.mark.parametrize(("line", "meaning"), rows(NOT_UNDERSTOOD))
def test_what_is_not_understood(line: str, meaning: str) -> None:
    """One sentence says what is wrong; suggestions are whole commands."""
    assert read(line) == meaning


def test_there_are_enough_rows() -> None:
    """The table is the specification: it stays large, and no row is there twice."""
    lines = [line for line, _ in rows(UNDERSTOOD) + rows(NOT_UNDERSTOOD)]
    assert len(lines) == len(set(lines)) >= 150
