"""Attestations: what people know and no API shows, beside the rows of the specialists."""

from collections.abc import Mapping, Sequence

from state.judgements import Assessment
from state.premises import Attestation
from state.snapshot import Snapshot


def with_attestations(
    assessments: Mapping[str, Assessment],
    snapshot: Snapshot,
    attestations: Sequence[Attestation],
) -> Mapping[str, Assessment]:
    """The rows with what people attest in them.

    Raises:
        InvalidPremises: an attestation names no question, check or resource there is.
    """
    if attestations:
        raise NotImplementedError
    return assessments
