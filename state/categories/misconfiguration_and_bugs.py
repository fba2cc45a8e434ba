"""Misconfiguration and bugs: bad deployments, operator error, things that expire."""

from state.categories import Category, Question, Scenario
from state.judgements import AnswerValue

BAD_CHANGE = Scenario(name="bad_change", text="a bad deployment or configuration goes live")
DATA_DELETED = Scenario(name="data_deleted", text="data or its store is deleted or corrupted")
EXPIRY = Scenario(name="expiry", text="a certificate, credential, key or runtime expires")

BAD_CHANGES_KEPT_OUT = Question(
    id="misconfiguration.kept_out",
    text="How are bad changes kept out?",
    attest="the tests and reviews a change passes before production",
)
ROLLS_BACK = Question(
    id="misconfiguration.rolls_back",
    text="Does a failed deployment roll back by itself?",
    attest="that the pipeline rolls back, on which signal, and how long it takes",
)
SHIFTS_TRAFFIC = Question(
    id="misconfiguration.shifts_traffic",
    text="Can traffic be shifted away from a fault container or a zone with a bad deployment?",
    attest="the procedure that shifts traffic, and when it was last used",
)
GUARDRAILS = Question(
    id="misconfiguration.guardrails",
    text="Which guardrails stop operator error?",
    attest="service control policies and permissions that forbid deletion",
)
EXPIRES = Question(
    id="misconfiguration.expires",
    text="What can expire?",
    attest="what expires outside AWS: domains, licences, partners' certificates",
)
CHANGED_BY_HAND = Question(
    id="misconfiguration.by_hand",
    text="Are changes made by hand?",
    attest="that everything is deployed from code, and from which repository",
    good=AnswerValue.NO,
)

CATEGORY = Category(
    code="MISCONFIGURATION_AND_BUGS",
    slug="misconfiguration",
    rank=4,
    title="Misconfiguration and bugs",
    violates="correct output",
    scenarios=(BAD_CHANGE, DATA_DELETED, EXPIRY),
    questions=(
        BAD_CHANGES_KEPT_OUT,
        ROLLS_BACK,
        SHIFTS_TRAFFIC,
        GUARDRAILS,
        EXPIRES,
        CHANGED_BY_HAND,
    ),
)
