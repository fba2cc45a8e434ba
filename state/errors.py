"""What can go wrong, told apart by who must act.

SeeamsError
├── WrongUse                 the command or its values are wrong            (exit code 2)
│   ├── InvalidDuration
│   ├── InvalidObjectives
│   ├── InvalidPremises      an assumption, attestation or fix that there is not
│   └── InvalidSelector
└── Fixable                  the user can put it right and run again        (exit code 3)
    ├── CredentialsRefused
    ├── AccountUnreachable
    ├── NothingMatches
    ├── UnknownThread
    ├── ThreadConflict
    ├── ModelUnavailable     no such model, no access to it, or its provider is not installed
    ├── PortTaken
    └── StoreUnusable        locked, corrupt, or written by a newer version

A denied or failed read of one fact is none of these: it is a `state.snapshot.Gap`.
"""


class SeeamsError(Exception):
    """Any failure that is told to the user in one message, without a traceback."""

    exit_code = 1


class WrongUse(SeeamsError):
    """The command or one of its values cannot be understood."""

    exit_code = 2


class InvalidDuration(WrongUse):
    """A text is no duration."""


class InvalidObjectives(WrongUse):
    """The recovery objectives contradict themselves."""


class InvalidPremises(WrongUse):
    """A constant, an attestation or a fix cannot be understood, or names what there is not."""


class InvalidSelector(WrongUse):
    """The workload was named in a way that selects nothing by construction."""


class Fixable(SeeamsError):
    """Something outside the command must be put right first; the message says what and how."""

    exit_code = 3


class CredentialsRefused(Fixable):
    """AWS credentials are missing, expired or not allowed to identify themselves."""


class AccountUnreachable(Fixable):
    """No answer from AWS at all."""


class NothingMatches(Fixable):
    """The selector matches no resource in the Regions that were searched."""


class UnknownThread(Fixable):
    """No run is stored under this thread."""


class ThreadConflict(Fixable):
    """The thread already belongs to another workload."""


class ModelUnavailable(Fixable):
    """A model cannot be used: its provider, its credentials or the access to it is missing."""


class PortTaken(Fixable):
    """The port for the embedded account is in use, or not for this user to open."""


class StoreUnusable(Fixable):
    """The store is locked, corrupt, or was written by a newer version."""
