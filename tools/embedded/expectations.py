"""What the sample workloads are expected to show: `expected/NAME.toml`, one file a sample."""

import tomllib
from importlib.resources import files

from pydantic import ValidationError

from state.errors import WrongUse
from state.evaluation import Expectation
from tools.embedded.samples import sample


def expectation_of(name: str) -> Expectation:
    """What is expected of a sample.

    Raises:
        WrongUse: there is no such sample, or nothing is written down of it.
    """
    known = sample(name)
    file = files("tools.embedded").joinpath("expected", f"{known.name}.toml")
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        return Expectation(sample=known.name, **written)
    except FileNotFoundError as error:
        raise WrongUse(f"nothing says what {name!r} is expected to show") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise WrongUse(f"what is expected of {name!r} cannot be read: {error}") from error
