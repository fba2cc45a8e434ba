"""Fixes as people and plans write them."""

import pytest

from state.errors import WrongUse
from state.premises import Fix


@pytest.mark.parametrize("text", ["rds.instance_single_az", "rds.instance_single_az@orders-db"])
def test_a_fix_is_read_as_it_is_written(text: str) -> None:
    assert str(Fix.written(text)) == text


@pytest.mark.parametrize("text", ["", "@orders-db", "rds.instance_single_az@", "  "])
def test_half_a_fix_is_none(text: str) -> None:
    """An empty resource never means everywhere, whoever wrote it: a script, a plan or a model."""
    with pytest.raises(WrongUse):
        Fix.written(text)
