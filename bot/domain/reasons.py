"""The closed list of reason codes: every refusal, failure and hold carries one."""

from enum import StrEnum


class Reason(StrEnum):
    """Why not. People see the sentence; scripts, audit and support see the code."""

    # who
    NOT_A_MEMBER = "not_a_member"
    OTHER_WORKSPACE = "other_workspace"
    DEACTIVATED = "deactivated"
    NOT_A_PERSON = "not_a_person"
    SHARED_CHANNEL = "shared_channel"
    NOT_PERMITTED = "not_permitted"
    # what
    UNKNOWN_TARGET = "unknown_target"
    REVISION_NOT_FOUND = "revision_not_found"
    NOT_MERGED = "not_merged"
    ALREADY_LIVE = "already_live"
    NO_GOOD_REVISION = "no_good_revision"
    CHECKS_FAILED = "checks_failed"
    CHECKS_RUNNING = "checks_running"
    CHECKS_MISSING = "checks_missing"
    OUT_OF_ORDER = "out_of_order"
    TARGET_HELD = "target_held"
    RESTORED = "restored"
    FROZEN = "frozen"
    FACT_UNKNOWN = "fact_unknown"
    LOCKED = "locked"
    QUARANTINED = "quarantined"
    CLAIM_MISSING = "claim_missing"
    # plans and offers
    PLAN_CHANGED = "plan_changed"
    PLAN_EXPIRED = "plan_expired"
    REVISION_MOVED = "revision_moved"
    OFFER_USED = "offer_used"
    NOT_YOURS = "not_yours"
    # while it runs
    RUN_FAILED = "run_failed"
    RUN_CANCELLED = "run_cancelled"
    NOT_SERVING = "not_serving"
    NEVER_STARTED = "never_started"
    LOST = "lost"
    AMBIGUOUS = "ambiguous"
    TIMED_OUT = "timed_out"
    TAKEN_OVER = "taken_over"
    STOPPED = "stopped"
    UNHEALTHY = "unhealthy"
    INCONCLUSIVE = "inconclusive"
    IRREVERSIBLE = "irreversible"
