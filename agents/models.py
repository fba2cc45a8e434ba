"""Models by name: `bedrock:ID` through the Converse API, or any provider of `init_chat_model`."""

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

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

    Nothing is called yet. AWS's own settings count, AWS_ENDPOINT_URL_BEDROCK_RUNTIME among them.

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
        raise WrongUse(f"{name}: {error}") from error


def _bedrock(model: str, region: str | None, profile: str | None) -> "BaseChatModel":
    from langchain_aws import ChatBedrockConverse

    try:
        return ChatBedrockConverse(
            model=model,
            region_name=region or os.environ.get("AWS_REGION") or None,
            credentials_profile_name=profile,
            max_tokens=_MOST_OUTPUT_TOKENS,
            temperature=0,
            max_retries=0,  # the agent tries again, within the run's budget
            timeout=_TIMEOUT_SECONDS,
        )
    except Exception as error:  # whatever langchain and botocore miss: settings, not code
        raise ModelUnavailable(
            f"Amazon Bedrock cannot be used: {error}. Name a Region (AWS_REGION) and credentials "
            "(AWS_PROFILE), or leave --model out: everything works without one"
        ) from error
