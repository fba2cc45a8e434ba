"""RDS: settings put back after a bad change, certificates renewed."""

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, EXPIRY
from state.runbooks import Command
from tools.runbook.commands import blank
from tools.runbook.databases import (
    CLUSTER,
    INSTANCE,
    LATE,
    READ_CLUSTER,
    READ_INSTANCE,
    cluster_id,
    connections,
    events,
    instance_id,
    instance_state,
    members,
    waits,
)
from tools.runbook.declarations import Draft, Place, act, changes, look, procedure


@procedure(INSTANCE, BAD_CHANGE, title="take the change back")
def instance_changed(at: Place) -> Draft:
    """The parameter group that was in use, or the value that a parameter had."""
    group = at.or_blank(
        READ_INSTANCE, "DBParameterGroups[0].DBParameterGroupName", "PARAMETER_GROUP"
    )

    def modified(to: str) -> Command:
        return at.aws(
            "rds",
            "modify-db-instance",
            db_instance_identifier=instance_id(at),
            db_parameter_group_name=to,
            apply_immediately=True,
        )

    return Draft(
        purpose="A change of a parameter, the parameter group, a security group or another setting "
        "breaks the database's clients.",
        checks=[
            instance_state(at),
            events(at, "db-instance", instance_id(at)),
            changes(at, instance_id(at)),
            look(
                at.aws(
                    "rds",
                    "describe-db-parameters",
                    db_parameter_group_name=group,
                    source="user",
                    query="Parameters[].[ParameterName, ParameterValue, ApplyType, ApplyMethod]",
                ),
                "the parameters that were set by hand",
                "the values of your templates. Keep the answer: it is the way back",
            ),
        ],
        actions=[
            act(
                "If another parameter group was put in: put the former one back.",
                modified(blank("PARAMETER_GROUP")),
                expect="the group with the status `pending-reboot`",
            ),
            act(
                "If a value in the group was changed: put the former one back.",
                at.aws(
                    "rds",
                    "modify-db-parameter-group",
                    db_parameter_group_name=group,
                    parameters=_former_value(),
                ),
                warning="Every database with the same group gets it.",
            ),
            act(
                "If `ApplyType` is `static`, or the group's status is `pending-reboot`: restart.",
                at.aws("rds", "reboot-db-instance", db_instance_identifier=instance_id(at)),
                warning="Open connections and transactions are cut off.",
            ),
            act("Wait until it is available again.", waits(at, instance_id(at)), expect=LATE),
            act(
                "Any other setting: change it back to what your templates say. If the change broke "
                "the data itself, take the procedure for deleted data."
            ),
        ],
        verification=[instance_state(at), connections(at)],
        rollback=[
            act("Put the group of when the account was read back in.", modified(group)),
            act("Set the value that the check showed, with the command of step 2."),
        ],
        never=["Do not restore the whole database because of a setting: that takes hours."],
    )


@procedure(CLUSTER, BAD_CHANGE, title="take the change back")
def cluster_changed(at: Place) -> Draft:
    """As for an instance; the cluster has a parameter group of its own."""
    group = at.or_blank(READ_CLUSTER, "DBClusterParameterGroup", "PARAMETER_GROUP")
    value = at.aws(
        "rds",
        "modify-db-cluster-parameter-group",
        db_cluster_parameter_group_name=group,
        parameters=_former_value(),
    )
    return Draft(
        purpose="A change of a parameter, a security group or another setting breaks the "
        "cluster's clients.",
        checks=[
            members(at),
            events(at, "db-cluster", cluster_id(at)),
            changes(at, cluster_id(at)),
            look(
                at.aws(
                    "rds",
                    "describe-db-cluster-parameters",
                    db_cluster_parameter_group_name=group,
                    source="user",
                    query="Parameters[].[ParameterName, ParameterValue, ApplyType, ApplyMethod]",
                ),
                "the parameters that were set by hand",
                "the values of your templates. Keep the answer: it is the way back",
            ),
        ],
        actions=[
            act(
                "If a value in the group was changed: put the former one back.",
                value,
                warning="Every cluster with the same group gets it.",
            ),
            act("If `ApplyType` is `static`: restart the cluster's instances, the writer last."),
            act(
                "Any other setting: change it back to what your templates say. If the change broke "
                "the data itself, take the procedure for deleted data."
            ),
        ],
        verification=[members(at)],
        rollback=[act("Set the value that the check showed.", value)],
        never=["Do not restore the whole cluster because of a setting: that takes hours."],
    )


def _former_value() -> list[dict[str, str]]:
    """What a dynamic parameter gets at once, and a static one with the next restart."""
    return [
        {
            "ParameterName": blank("PARAMETER_NAME"),
            "ParameterValue": blank("PARAMETER_VALUE"),
            "ApplyMethod": blank("APPLY_METHOD"),
        }
    ]


@procedure(INSTANCE, EXPIRY, title="renew the certificate")
def renew(at: Place) -> Draft:
    """Clients that verify the server turn away once its certificate has expired."""
    return Draft(
        purpose="The server's certificate has expired, and clients that verify it turn away.",
        checks=[
            look(
                at.aws(
                    "rds",
                    "describe-db-instances",
                    db_instance_identifier=instance_id(at),
                    query="DBInstances[0].CertificateDetails",
                ),
                "`ValidTill`, `CAIdentifier`",
                "a date to come; one that has passed is the cause",
            ),
            look(
                at.aws(
                    "rds",
                    "describe-certificates",
                    query="Certificates[].[CertificateIdentifier, ValidTill]",
                ),
                "an authority that is valid for years",
                "one that the clients' trust stores hold",
            ),
        ],
        actions=[
            act(
                "Change the authority.",
                at.aws(
                    "rds",
                    "modify-db-instance",
                    db_instance_identifier=instance_id(at),
                    ca_certificate_identifier=blank("CA_IDENTIFIER"),
                    apply_immediately=True,
                ),
                warning="Older engine versions restart.",
            ),
            act("Wait until it is available.", waits(at, instance_id(at)), expect=LATE),
        ],
        verification=[instance_state(at), connections(at)],
        rollback=[act("Change the authority back with the same command and the former name.")],
        never=["Do not switch verification off in the clients."],
    )
