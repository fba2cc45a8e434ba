"""AWS Certificate Manager."""

from state.snapshot import RelationKind
from tools.aws.declarations import Call, Collector, Link

CERTIFICATE = Collector(
    type="AWS::CertificateManager::Certificate",
    read=Call(
        operation="acm:DescribeCertificate",
        items="Certificate",
        arguments={"CertificateArn": "{arn}"},
        absent=("ResourceNotFoundException",),
    ),
    each=True,
    id="CertificateArn",
    arn="arn:{partition}:acm:{region}:{account}:certificate/{id}",
    name="DomainName",
    links=(
        Link(
            path="InUseBy",
            kind=RelationKind.PERMISSIONS,
            label="presents",
            incoming=True,
            guess=True,  # others may use it as well; they need not be read
        ),
    ),
)

COLLECTORS = (CERTIFICATE,)
