"""What users come in by: certificates and DNS."""

from state.categories.excessive_latency import SLOW_DEPENDENCY
from state.categories.misconfiguration_and_bugs import BAD_CHANGE, EXPIRY
from state.categories.single_point_of_failure import COMPONENT_LOST, REGION_LOST
from state.runbooks import Action, Command, Look
from tools.runbook.commands import blank, from_file
from tools.runbook.declarations import Draft, Place, act, last_part, look, procedure

_CERTIFICATE = "AWS::CertificateManager::Certificate"
_ZONE, _CHECK = "AWS::Route53::HostedZone", "AWS::Route53::HealthCheck"
_READ = "acm:DescribeCertificate"


@procedure(_CERTIFICATE, EXPIRY, title="renew the certificate")
def renew(at: Place) -> Draft:
    """Amazon's renews itself as long as the DNS record is there; an imported one never does."""
    state = look(
        at.aws(
            "acm",
            "describe-certificate",
            certificate_arn=at.id,
            query="Certificate.{Status: Status, Until: NotAfter, Type: Type, "
            "Renewal: RenewalSummary.RenewalStatus, Validation: DomainValidationOptions[]."
            "[DomainName, ValidationStatus, ResourceRecord]}",
        ),
        "`Status`, `Until`, `Renewal`, `Validation`",
        "`ISSUED`, and a date to come",
    )
    if at.fact(_READ, "Type") == "IMPORTED":
        steps = [
            act("Have a new certificate issued for the same names."),
            act(
                "Import it under the same ARN: whoever uses it gets the new one by itself.",
                at.aws(
                    "acm",
                    "import-certificate",
                    certificate_arn=at.id,
                    certificate=from_file("CERTIFICATE_FILE", binary=True),
                    private_key=from_file("PRIVATE_KEY_FILE", binary=True),
                    certificate_chain=from_file("CHAIN_FILE", binary=True),
                ),
                expect="the same ARN",
                warning="The key file must be readable for you alone: delete it afterwards.",
            ),
        ]
    else:
        domain = at.fact(_READ, "DomainName") or blank("RECORD_NAME")
        steps = [
            act(
                "Put the DNS records back that the check shows under `Validation`: ACM then renews "
                "the certificate by itself, within hours."
            ),
            act(
                "If it has expired already, request a new one, and give it to the listeners.",
                at.aws(
                    "acm",
                    "request-certificate",
                    domain_name=domain,
                    validation_method="DNS",
                    subject_alternative_names=at.fact(_READ, "SubjectAlternativeNames") or None,
                ),
                expect="a `CertificateArn`; its records have to be set as well",
            ),
        ]
    return Draft(
        purpose="The certificate has expired or soon will, and clients turn away.",
        checks=[state],
        actions=steps,
        verification=[state],
        rollback=[act("Give the listeners the former certificate, if it is still valid.")],
        never=["Do not delete the certificate while anything uses it."],
    )


def _zone(at: Place) -> str:
    found = at.fact("route53:ListHostedZones", "Id")
    return last_part(str(found)) if found else at.short


def _records(at: Place) -> Look:
    return look(
        at.aws(
            "route53",
            "list-resource-record-sets",
            hosted_zone_id=_zone(at),
            query="ResourceRecordSets[].{Name: Name, Type: Type, TTL: TTL, "
            "Values: ResourceRecords[].Value, Alias: AliasTarget.DNSName, Failover: Failover}",
        ),
        "the records",
        "the names lead to what works. Keep the answer: it is the way back",
    )


def _changed(at: Place, says: str) -> Action:
    return act(
        says,
        at.aws(
            "route53",
            "change-resource-record-sets",
            hosted_zone_id=_zone(at),
            change_batch=from_file("CHANGE_FILE"),
        ),
        expect="`PENDING`, then `INSYNC` within a minute",
        warning="Clients keep the former answer for the record's TTL. Use `UPSERT`, not `DELETE`.",
    )


@procedure(
    _ZONE, BAD_CHANGE, COMPONENT_LOST, SLOW_DEPENDENCY, REGION_LOST, title="lead names elsewhere"
)
def lead(at: Place) -> Draft:
    """A change of records, from a file."""
    return Draft(
        purpose="A name leads to what does not work, or its record was changed.",
        checks=[
            _records(at),
            look(
                at.aws(
                    "route53",
                    "list-health-checks",
                    query="HealthChecks[].[Id, HealthCheckConfig.FullyQualifiedDomainName, "
                    "HealthCheckConfig.Type]",
                ),
                "the health checks that failover goes by",
                "those that the records name; without one, nothing moves by itself",
            ),
        ],
        actions=[
            act(
                "Write the change into a file: "
                '`{"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {...}}]}`.'
            ),
            _changed(at, "Change the record."),
        ],
        verification=[
            look(
                at.aws(
                    "route53",
                    "test-dns-answer",
                    hosted_zone_id=_zone(at),
                    record_name=blank("RECORD_NAME"),
                    record_type="A",
                ),
                "`RecordData`",
                "the address that works",
            )
        ],
        rollback=[_changed(at, "Change the record back to what the check showed.")],
        never=["Do not delete the hosted zone, its NS or its SOA record."],
    )


@procedure(
    _CHECK, BAD_CHANGE, COMPONENT_LOST, SLOW_DEPENDENCY, REGION_LOST, title="mend the health check"
)
def health_check(at: Place) -> Draft:
    """A check that is wrong keeps failover from happening, or makes it happen for nothing."""
    identity = at.fact("route53:ListHealthChecks", "Id") or at.short
    state = look(
        at.aws(
            "route53",
            "get-health-check-status",
            health_check_id=identity,
            query="HealthCheckObservations[].[Region, StatusReport.Status]",
        ),
        "what the checkers saw",
        "`Success` from most of them, while the endpoint works",
    )

    def disabled(*, off: bool) -> Command:
        return at.aws("route53", "update-health-check", health_check_id=identity, disabled=off)

    return Draft(
        purpose="The health check says healthy of what is not, or the other way round.",
        checks=[state],
        actions=[
            act("If the endpoint itself is ill, mend that: see its procedures."),
            act(
                "If the check is wrong, switch it off: its record then counts as healthy.",
                disabled(off=True),
                warning="Nothing fails over by itself meanwhile.",
            ),
        ],
        verification=[state],
        rollback=[act("Switch it on again.", disabled(off=False))],
        never=["Do not delete the check while a record names it."],
    )
