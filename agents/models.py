"""Models by name: `bedrock:ID` through the Converse API, or any provider of `init_chat_model`."""

import logging
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import ValidationError

from state.errors import ModelUnavailable, WrongUse

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NONE = "none"
_TIMEOUT_SECONDS = 120
_MOST_OUTPUT_TOKENS = 8192  # of one answer


@dataclass(frozen=True)
class Price:
    """USD per million tokens."""

    input: float
    output: float
    cached: float


@dataclass(frozen=True)
class Model:
    """A chat model, what it is called, and those that stand in for it."""

    chat: "BaseChatModel"
    fallbacks: Sequence["BaseChatModel"]
    names: Sequence[str]  # as the user gave them: bedrock:anthropic.claude-...; the fallbacks' last

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.names[0]

    @property
    def price(self) -> Price | None:
        """What it costs, if it is known."""
        return price_of(self.name)


def model_named(
    names: str, *, region: str | None = None, profile: str | None = None
) -> Model | None:
    """The model of `--model`; several, separated by commas, stand in for one another in that order.

    Nothing is called yet. AWS's own settings count, AWS_ENDPOINT_URL_BEDROCK_RUNTIME among them;
    `region` and `profile` None: as they say.

    Raises:
        WrongUse: the name is none.
        ModelUnavailable: the provider's package is not installed, or there are no credentials.
    """
    if names == NONE:
        return None
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if not chosen or NONE in chosen:
        raise WrongUse("--model takes none, or bedrock:MODEL-ID, or provider:model")
    first, *others = [_chat(name, region, profile) for name in chosen]
    return Model(chat=first, fallbacks=others, names=chosen)


@cache
def _prices() -> dict[str, Price]:
    text = files("agents").joinpath("prices.toml").read_text(encoding="utf-8")
    return {name: Price(**figures) for name, figures in tomllib.loads(text)["models"].items()}


def price_of(name: str) -> Price | None:
    """The price of a model by the longest part of its name that is listed; None if none is."""
    matching = [known for known in _prices() if known in name]
    return _prices()[max(matching, key=len)] if matching else None


def _chat(name: str, region: str | None, profile: str | None) -> "BaseChatModel":
    provider, separator, model = name.partition(":")
    if not separator or not model:
        raise WrongUse(f"{name!r} is no model: --model takes bedrock:MODEL-ID or provider:model")
    if provider in ("bedrock", "bedrock_converse"):
        return _bedrock(model, region, profile)
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(model, model_provider=provider, timeout=_TIMEOUT_SECONDS)
    except ImportError as error:
        raise ModelUnavailable(f"{name}: {error}") from error
    except ValueError as error:
        if str(error).startswith("Unsupported provider"):
            raise WrongUse(
                f"{name!r} is no model: there is no provider {provider!r}; --model takes "
                "bedrock:MODEL-ID or provider:model"
            ) from error
        raise ModelUnavailable(f"{name}: {_first_line(error)}") from error
    except Exception as error:  # a provider's client raises what it likes where a key is missing
        raise ModelUnavailable(f"{name}: {_first_line(error)}") from error


def _bedrock(model: str, region: str | None, profile: str | None) -> "BaseChatModel":
    from tools.aws.bedrock import clients  # says what is missing before langchain is loaded

    runtime, control = clients(region, profile, _TIMEOUT_SECONDS)
    from langchain_aws import ChatBedrockConverse

    # It warns of models that do not stream, in the middle of the progress that is shown.
    logging.getLogger("langchain_aws").setLevel(logging.ERROR)
    try:
        return ChatBedrockConverse(
            model=model,
            client=runtime,
            bedrock_client=control,
            max_tokens=_MOST_OUTPUT_TOKENS,
            temperature=0,
        )
    except Exception as error:  # whatever langchain and botocore miss: settings, not code
        raise ModelUnavailable(f"bedrock:{model} cannot be used: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """What went wrong, without pydantic's frame around it."""
    if isinstance(error, ValidationError):
        return str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    return str(error).partition("\n")[0]
