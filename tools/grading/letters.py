"""The vocabulary of grading: which share of a target makes which letter, and which severity.

A share is estimate / target. The bands are wide because estimates are coarse: an A uses a tenth of
the target at most, a B half of it, a C all of it; a D is over by up to four times; an F is further
off than that, or has no recovery at all.
"""

from math import inf

from state.grades import Severity

LETTERS = ("A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F")

# (upper end of the share, letter), worst last. B, C and D are cut into thirds; only the last third
# of an A is an A-.
_BANDS = (
    (0.1 * 2 / 3, "A"),
    (0.1, "A-"),
    (0.1 + 0.4 / 3, "B+"),
    (0.1 + 0.8 / 3, "B"),
    (0.5, "B-"),
    (0.5 + 0.5 / 3, "C+"),
    (0.5 + 1.0 / 3, "C"),
    (1.0, "C-"),
    (2.0, "D+"),
    (3.0, "D"),
    (4.0, "D-"),
)

COMFORTABLE = 0.5  # the end of the Bs: a workload that would still be here could save money
COMFORTABLE_LETTERS = LETTERS[:5]

# Checks that could not be judged, as a share of those that could have spoken for the workload, cap
# the letter: the first pair whose share is exceeded. Failing checks are no part of it: one more
# defect must not make what is unknown look small.
MOST_UNREAD_FOR_ANY_LETTER = 0.5
_CAPS = ((0.25, "C"), (0.0, "B"))

# Resources of types that are not read at all say nothing about one category more than another.
_UNSCANNED_CAPS = ((0.5, "C"), (0.25, "B"))

NO_EVIDENCE_CAP = "B"  # nothing that was read speaks for the workload: no reason for an A

# A finding's share of the target, alone. Below the last one the objectives do not need it mended.
_SEVERITIES = (
    (1.0, Severity.CRITICAL),
    (0.5, Severity.HIGH),
    (0.25, Severity.MEDIUM),
    (0.02, Severity.LOW),
)
SOFT_SHARE = 0.2  # at most, of what the rest goes on without: worth a line, never an alarm


def letter_for(share: float) -> str:
    """The letter of a share of the target; infinity (no recovery) is an F."""
    return next((letter for end, letter in _BANDS if share <= end), "F")


def most_for(letter: str) -> float:
    """The largest share of the target that earns this letter."""
    return next((end for end, earned in _BANDS if earned == letter), inf)


def worst(letters: list[str]) -> str:
    """The worst of some letters."""
    return max(letters, key=LETTERS.index)


def cap_unread(share: float) -> str | None:
    """The best letter while this share of the checks could not be judged; None: no limit."""
    return next((letter for above, letter in _CAPS if share > above), None)


def cap_unscanned(share: float) -> str | None:
    """The best letter while this share of the resources is not read at all; None: no limit."""
    return next((letter for above, letter in _UNSCANNED_CAPS if share > above), None)


def severity_for(share: float) -> Severity | None:
    """The severity of a finding that consumes this share of the target; None: it is none at all."""
    return next((severity for start, severity in _SEVERITIES if share >= start), None)


def as_number(letter: str) -> int:
    """0 for an F up to 11 for an A, to plot and to compare."""
    return len(LETTERS) - 1 - LETTERS.index(letter)
