"""Asked for a runbook, the conversation writes it: all of it, or the part that is meant."""

from state.runbooks import Runbook
from tests.agents.conversation.conftest import Ask


def test_the_runbook(ask: Ask) -> None:
    (did,) = ask("Build me a runbook").did
    assert did.verb == "runbook"
    book = Runbook.model_validate(did.result)
    assert book.procedures
    assert not book.only
    assert "Runbook: shop" in did.answer


def test_for_the_database_only(ask: Ask) -> None:
    (did,) = ask("write the runbook for the database only").did
    book = Runbook.model_validate(did.result)
    assert {each.type.split("::")[1] for each in book.procedures} <= {"RDS", "DynamoDB"}
    assert "Restore to a point in time" in did.answer
