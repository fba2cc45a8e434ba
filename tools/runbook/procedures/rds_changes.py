"""RDS: settings put back after a bad change, certificates renewed."""

from state.categories.misconfiguration_and_bugs import BAD_CHANGE, EXPIRY
from state.runbooks import Action, Command, Look
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

_OTHER_SETTINGS = act(
    "Any other setting (security group, storage, version): change it back to what your templates "
    "say. If the change broke the data itself, take the procedure for deleted data."
)
_NO_RESTORE = "Do not restore the whole database because of a setting: that takes hours."


@procedure(INSTANCE, BAD_CHANGE, title="take the change back")
def instance_changed(at: Place) -> Draft:
    """The parameter group that was in use, or the value that a parameter had."""
    path = "DBParameterGroups[0].DBParameterGroupName"
    group = at.or_blank(READ_INSTANCE, path, "PARAMETER_GROUP")
    shown, value = _values(at, group, "db-parameters", "db-parameter-group")

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
            *shown,
        ],
        actions=[
            act(
                "If another parameter group was put in: put the former one back.",
                modified(blank("PARAMETER_GROUP")),
                expect="the group with the status `pending-reboot`",
            ),
            *value,
            act(
                "If a parameter is `static`, or the group's status is `pending-reboot`: restart.",
                at.aws("rds", "reboot-db-instance", db_instance_identifier=instance_id(at)),
                warning="Open connections and transactions are cut off.",
            ),
            act("Wait until it is available again.", waits(at, instance_id(at)), expect=LATE),
            _OTHER_SETTINGS,
        ],
        verification=[instance_state(at), connections(at)],
        rollback=[
            act("Put the group of when the account was read back in.", modified(group)),
            *value,
        ],
        never=[_NO_RESTORE],
    )


@procedure(CLUSTER, BAD_CHANGE, title="take the change back")
def cluster_changed(at: Place) -> Draft:
    """As for an instance; the cluster has a parameter group of its own."""
    group = at.or_blank(READ_CLUSTER, "DBClusterParameterGroup", "PARAMETER_GROUP")
    shown, value = _values(at, group, "db-cluster-parameters", "db-cluster-parameter-group")
    return Draft(
        purpose="A change of a parameter, a security group or another setting breaks the "
        "cluster's clients.",
        checks=[
            members(at),
            events(at, "db-cluster", cluster_id(at)),
            changes(at, cluster_id(at)),
            *shown,
        ],
        actions=[
            *value,
            act("If a parameter is `static`: restart the cluster's instances, the writer last."),
            _OTHER_SETTINGS,
        ],
        verification=[members(at)],
        rollback=value or [act("Set again what you changed back.")],
        never=[_NO_RESTORE],
    )


def _values(at: Place, group: str, parameters: str, kind: str) -> tuple[list[Look], list[Action]]:
    """What was set in a group, and a value put back; nobody can set one in AWS's own groups."""
    if group.startswith("default."):
        return [], []
    which = {f"{kind.replace('-', '_')}_name": group}
    shown = look(
        at.aws(
            "rds",
            f"describe-{parameters}",
            **which,
            source="user",
            query="Parameters[].[ParameterName, ParameterValue, ApplyType, ApplyMethod]",
        ),
        "the parameters that were set by hand",
        "the values of your templates. Keep the answer: it is the way back",
    )
    value = act(
        "If a value in the parameter group was changed: set it to what it is to be.",
        at.aws(
            "rds",
            f"modify-{kind}",
            **which,
            parameters=[
                {
                    "ParameterName": blank("PARAMETER_NAME"),
                    "ParameterValue": blank("PARAMETER_VALUE"),
                    "ApplyMethod": blank("APPLY_METHOD"),
                }
            ],
        ),
        warning="Every database with the same group gets it.",
    )
    return [shown], [value]


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
