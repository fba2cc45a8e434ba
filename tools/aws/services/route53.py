"""Route 53: hosted zones with their records, and health checks."""

from collections.abc import Iterable, Mapping
from typing import Any

from state.snapshot import RelationKind
from tools.aws.declarations import Batch, Call, Collector, Find, Item, Link, Reference

RECORDS = "route53:ListResourceRecordSets"
HEALTH_CHECK_TYPE = "AWS::Route53::HealthCheck"
GLOBAL_ENDPOINT = "us-east-1"


def _tags(resource_type: str) -> Call:
    return Call(
        operation="route53:ListTagsForResources",
        items="ResourceTagSets[]",
        arguments={"ResourceType": resource_type},
        batch=Batch(arguments={"ResourceIds": "{ids}"}, size=10),
        about="ResourceId",
    )


def _records(item: Item, answers: Mapping[str, Any]) -> Iterable[Reference]:
    """What names resolve to, as far as it is known, and the health checks records depend on."""
    for record in answers.get(RECORDS) or ():
        for value, path in _names_in(record):
            yield Reference(
                value=value, label="resolves to", guess=True, path=path, operation=RECORDS
            )
        if check := record.get("HealthCheckId"):
            yield Reference(
                value=check,
                to=HEALTH_CHECK_TYPE,
                kind=RelationKind.OBSERVABILITY,
                label="checked by",
                hard=False,
                path="[].HealthCheckId",
                operation=RECORDS,
            )


def _names_in(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if alias := record.get("AliasTarget"):
        name = alias["DNSName"].rstrip(".")
        yield name.removeprefix("dualstack."), "[].AliasTarget.DNSName"
    if record["Type"] in ("A", "AAAA", "CNAME"):
        for each in record.get("ResourceRecords") or ():
            yield each["Value"].rstrip("."), "[].ResourceRecords[].Value"


HOSTED_ZONE = Collector(
    type="AWS::Route53::HostedZone",
    read=Call(operation="route53:ListHostedZones", items="HostedZones[]"),
    find=Find.LISTED,
    region=GLOBAL_ENDPOINT,
    id="Id",
    id_prefix="/hostedzone/",
    arn="arn:{partition}:route53:::hostedzone/{id}",
    name="Name",
    tag_call=_tags("hostedzone"),
    follow_ups=(
        Call(
            operation=RECORDS,
            items="ResourceRecordSets[]",
            arguments={"HostedZoneId": "{id}"},
            page_size=300,
        ),
    ),
    references=_records,
)

HEALTH_CHECK = Collector(
    type=HEALTH_CHECK_TYPE,
    read=Call(operation="route53:ListHealthChecks", items="HealthChecks[]"),
    find=Find.LISTED,
    region=GLOBAL_ENDPOINT,
    id="Id",
    arn="arn:{partition}:route53:::healthcheck/{id}",
    tag_call=_tags("healthcheck"),
    links=(
        Link(
            path="HealthCheckConfig.FullyQualifiedDomainName",
            kind=RelationKind.OBSERVABILITY,
            label="watches",
            hard=False,
            guess=True,
        ),
        Link(
            path="HealthCheckConfig.ChildHealthChecks",
            to=HEALTH_CHECK_TYPE,
            kind=RelationKind.OBSERVABILITY,
            label="combines",
            hard=False,
        ),
    ),
)

COLLECTORS = (HOSTED_ZONE, HEALTH_CHECK)
