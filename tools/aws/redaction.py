"""What never leaves the reader: environment values, user data, presigned addresses, secrets in text.

Everything an answer holds passes here before it is stored, logged, checked or shown to a model.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

REDACTED = "[redacted]"

# Free text long enough to hide a secret; shorter strings are names, states and numbers.
_SHORTEST_SECRET = 12
_PRESIGNED = re.compile(r"https?://\S*[?&](?:X-Amz-Signature|Signature|X-Amz-Security-Token)=\S+")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*?(?:-----END [A-Z ]*-----|$)")
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]+):([^/\s@]+)@")


@cache
def _secret_patterns() -> tuple[re.Pattern[str], ...]:
    """The patterns of detect-secrets: a maintained list of what keys and tokens look like."""
    from detect_secrets.plugins import (  # slow to import, and only needed here
        aws,
        azure_storage_key,
        github_token,
        gitlab_token,
        jwt,
        npm,
        openai,
        pypi_token,
        sendgrid,
        slack,
        square_oauth,
        stripe,
        telegram_token,
        twilio,
    )

    detectors = (
        aws.AWSKeyDetector,
        azure_storage_key.AzureStorageKeyDetector,
        github_token.GitHubTokenDetector,
        gitlab_token.GitLabTokenDetector,
        jwt.JwtTokenDetector,
        npm.NpmDetector,
        openai.OpenAIDetector,
        pypi_token.PypiTokenDetector,
        sendgrid.SendGridDetector,
        slack.SlackDetector,
        square_oauth.SquareOAuthDetector,
        stripe.StripeDetector,
        telegram_token.TelegramBotTokenDetector,
        twilio.TwilioKeyDetector,
    )
    named = re.compile(
        r"""(?ix)(?<![\w:/-])(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|credential)s?
        ["']?\s*[:=]\s*["']?(?P<value>[^\s"',;}]{6,})"""
    )
    return (*(pattern for detector in detectors for pattern in detector.denylist), named)


def redact_text(text: str) -> str:
    """The text without passwords in URLs, presigned addresses, keys and tokens."""
    if len(text) < _SHORTEST_SECRET:
        return text
    text = _PRESIGNED.sub(REDACTED, text)
    text = _PRIVATE_KEY.sub(REDACTED, text)
    text = _URL_PASSWORD.sub(rf"\1:{REDACTED}@", text)
    for pattern in _secret_patterns():
        text = pattern.sub(REDACTED, text)
    return text


def redact(answer: Any, paths: Iterable[str]) -> Any:
    """A copy of an answer without the values at `paths` and without secrets in any string.

    A path is dotted; `*` stands for every key or element (`containerDefinitions.*.environment.*.value`).
    Keys stay, so that a check can see that a variable exists.
    """
    copied = _scrub(answer)
    for path in paths:
        _blank(copied, path.split("."))
    return copied


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: _scrub(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub(inner) for inner in value]
    return value


def _blank(value: Any, path: list[str]) -> None:
    head, *rest = path
    if isinstance(value, dict):
        keys: Iterable[Any] = list(value) if head == "*" else [head] if head in value else []
    elif isinstance(value, list):
        keys = range(len(value)) if head == "*" else []
    else:
        return
    for key in keys:
        if rest:
            _blank(value[key], rest)
        else:
            value[key] = REDACTED
