"""Single points of failure: one component fails and the system is down for want of another."""

from state.categories import Category, Question, Scenario
from state.judgements import AnswerValue

COMPONENT_LOST = Scenario(name="component_lost", text="an instance, task, node or volume is lost")
ZONE_LOST = Scenario(name="zone_lost", text="an Availability Zone is lost")
REGION_LOST = Scenario(
    name="region_lost", text="the Region is lost", only_if_region_must_survive=True
)

REDUNDANT = Question(
    id="spof.redundant",
    text="Is it architected for redundancy?",
    attest="that a second copy exists outside this account, and where",
)
EACH_COMPONENT_FAILS = Question(
    id="spof.each_component_fails",
    text="What happens when each component fails?",
    attest="the date of the last restore or failover exercise, and how long it took",
)
ZONE_LOSS = Question(
    id="spof.zone_loss",
    text="Does it tolerate losing part or all of one Availability Zone?",
    attest="the date of the last exercise that took a zone away",
)
REGION_LOSS = Question(
    id="spof.region_loss",
    text="Does it tolerate losing a Region, if the objectives need that?",
    attest="that the loss of a Region is accepted, or the recovery plan for it",
)
CONTROL_PLANE = Question(
    id="spof.control_plane",
    text="Does recovery depend on a control plane that may be down?",
    attest="that the recovery procedure uses data-plane calls alone",
    good=AnswerValue.NO,
)

CATEGORY = Category(
    code="SINGLE_POINT_OF_FAILURE",
    slug="spof",
    rank=1,
    title="Single points of failure",
    violates="redundancy",
    scenarios=(COMPONENT_LOST, ZONE_LOST, REGION_LOST),
    questions=(REDUNDANT, EACH_COMPONENT_FAILS, ZONE_LOSS, REGION_LOSS, CONTROL_PLANE),
)
