"""Certificates that something uses; the others may expire in peace."""

from datetime import timedelta

from state.categories.misconfiguration_and_bugs import EXPIRES, EXPIRY
from state.judgements import Cost, Effort, Layer, Phase
from tools.checks import NOT_APPLICABLE, Effect, Example, Outcome, Remedy, check, passed_if
from tools.checks.paper import Draft
from tools.checks.view import View

CERTIFICATE = "AWS::CertificateManager::Certificate"
READ = "acm:DescribeCertificate"

# ACM renews what it can 45 to 60 days before the end; what is left at thirty is stuck.
_SOON = timedelta(days=30)
_STUCK = ("FAILED", "PENDING_VALIDATION")
_LIFETIME = timedelta(days=198)  # of a certificate that ACM issues


def _certificate(not_after: str = "2027-01-01T00:00:00+00:00", **fields: object) -> Example:
    certificate = {
        "DomainName": "example.org",
        "Type": "AMAZON_ISSUED",
        "Status": "ISSUED",
        "NotAfter": not_after,
        "InUseBy": ["arn:lb"],
        "DomainValidationOptions": [{"DomainName": "example.org", "ValidationMethod": "DNS"}],
        **fields,
    }
    return Example(facts={READ: certificate})


def _is_used(certificate: View) -> bool:
    return bool(certificate.read(READ, "InUseBy"))


def _is_stuck(certificate: View) -> bool:
    """Whether ACM is to renew it, and cannot."""
    if certificate.read(READ, "Type") != "AMAZON_ISSUED":
        return False
    return certificate.read(READ, "RenewalSummary.RenewalStatus") in _STUCK


def _is_over(certificate: View) -> bool:
    end = certificate.read_time(READ, "NotAfter")
    return end is not None and end <= certificate.workload.taken_at


def _renew(certificate: Draft) -> None:
    certificate.put(READ, Status="ISSUED", NotAfter=(certificate.taken_at + _LIFETIME).isoformat())
    if certificate.read(READ, "RenewalSummary"):
        certificate.put_in(READ, "RenewalSummary.RenewalStatus", "SUCCESS")


def _validate_by_dns(certificate: Draft) -> None:
    validations = certificate.read(READ, "DomainValidationOptions") or []
    by_dns = [{**each, "ValidationMethod": "DNS"} for each in validations]
    certificate.put(READ, DomainValidationOptions=by_dns)


@check(
    id="acm.certificate_expiring",
    resource_type=CERTIFICATE,
    title="A certificate in use has expired or will within a month: clients then refuse to connect",
    question=EXPIRES,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="an assumed renewal by hand, once users report errors",
    recommendation=(
        "Renew an imported certificate now, or replace it by one that ACM issues and renews by "
        "itself "
        "(no cost); for one of ACM's own, see what its renewal waits for."
    ),
    documentation=(
        "Managed certificate renewal",
        "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html",
    ),
    strength="no certificate in use is about to expire",
    remedy=Remedy(change=_renew, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_certificate()],
    fails=[
        _certificate("2026-06-20T00:00:00+00:00"),
        _certificate("2026-06-20T00:00:00+00:00", Type="IMPORTED"),
        _certificate("2026-05-01T00:00:00+00:00", Status="EXPIRED"),
        _certificate("2026-05-01T00:00:00+00:00", RenewalSummary={"RenewalStatus": "FAILED"}),
    ],
    silent=[
        _certificate("2026-06-20T00:00:00+00:00", InUseBy=[]),
        _certificate("2026-06-20T00:00:00+00:00", RenewalSummary={"RenewalStatus": "FAILED"}),
    ],
)
def certificate_expiring(certificate: View) -> Outcome:
    """ACM renews its own well ahead: what is left at thirty days has failed, or is yours.

    While it still holds, a renewal that is stuck is a finding of its own.
    """
    end = certificate.read_time(READ, "NotAfter")
    if end is None or not _is_used(certificate):
        return NOT_APPLICABLE
    if _is_stuck(certificate) and not _is_over(certificate):
        return NOT_APPLICABLE
    left = end - certificate.workload.taken_at
    return passed_if(left > _SOON, f"{left.days} days left")


@check(
    id="acm.certificate_renewal_failed",
    resource_type=CERTIFICATE,
    title=(
        "The renewal of a certificate in use is stuck: it will expire although ACM should renew it"
    ),
    question=EXPIRES,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="an assumed renewal by hand, once users report errors",
    recommendation=(
        "Put back the CNAME record that ACM asks for, or answer its mail: the renewal then goes on"
        " by "
        "itself, at no cost."
    ),
    documentation=(
        "Troubleshoot managed certificate renewal",
        "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html",
    ),
    remedy=Remedy(change=_renew, effort=Effort.MINUTES, cost=Cost.FREE),
    passes=[
        _certificate(),
        _certificate(RenewalSummary={"RenewalStatus": "PENDING_AUTO_RENEWAL"}),
    ],
    fails=[
        _certificate(RenewalSummary={"RenewalStatus": "FAILED"}),
        _certificate(RenewalSummary={"RenewalStatus": "PENDING_VALIDATION"}),
    ],
    silent=[
        _certificate(Type="IMPORTED"),
        _certificate(InUseBy=[]),
        _certificate("2026-05-01T00:00:00+00:00", RenewalSummary={"RenewalStatus": "FAILED"}),
    ],
)
def certificate_renewal_failed(certificate: View) -> Outcome:
    """ACM validates the domain each time; a tidied-up DNS zone is the usual reason to fail."""
    if certificate.read(READ, "Type") != "AMAZON_ISSUED" or not _is_used(certificate):
        return NOT_APPLICABLE
    if _is_over(certificate):
        return NOT_APPLICABLE
    status = certificate.read(READ, "RenewalSummary.RenewalStatus")
    return passed_if(not _is_stuck(certificate), status or "")


@check(
    id="acm.certificate_email_validated",
    resource_type=CERTIFICATE,
    title="A certificate is renewed only if somebody answers a mail: a missed one is an outage",
    question=EXPIRES,
    layer=Layer.CONTINUOUS_IMPROVEMENT,
    on_fail=(Effect(EXPIRY, Phase.ACT, "renew_by_hand", by_person=True),),
    effect_source="an assumed renewal by hand, once users report errors",
    recommendation=(
        "Request the certificate again with DNS validation, and put it in place of this one: no "
        "cost, "
        "and renewals need nobody as long as the record stays."
    ),
    documentation=(
        "DNS validation",
        "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    ),
    strength="certificates are renewed without anybody",
    remedy=Remedy(change=_validate_by_dns, effort=Effort.HOURS, cost=Cost.FREE),
    passes=[_certificate()],
    fails=[_certificate(DomainValidationOptions=[{"ValidationMethod": "EMAIL"}])],
    silent=[_certificate(Type="IMPORTED"), _certificate(InUseBy=[])],
)
def certificate_email_validated(certificate: View) -> Outcome:
    """The mail goes to addresses such as admin@ at the domain, which often nobody reads."""
    if certificate.read(READ, "Type") != "AMAZON_ISSUED" or not _is_used(certificate):
        return NOT_APPLICABLE
    methods = certificate.read(READ, "DomainValidationOptions[].ValidationMethod") or []
    return passed_if("EMAIL" not in methods)
