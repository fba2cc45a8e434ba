"""What never leaves the reader: environment values, user data, presigned addresses, secrets.

Everything an answer holds passes here before it is stored, logged, checked or shown to a model.
Nearly all of it is harmless, so a secret is looked for only where one of the words stands that go
with it.
"""

import importlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from tools.aws.answers import replaced

REDACTED = "[redacted]"

_NAMED = (
    r"pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential"
)
# `name=value`, `name: value`, `"name":"value"`, `--name value`. A colon alone is no assignment, or
# ARNs (`secret:food-agent/api-key`) and IAM actions (`secretsmanager:GetSecretValue`) would be.
_ASSIGNED = re.compile(
    rf"""(?ix)(?P<name> [\w.-]*(?:{_NAMED})[\w.-]*["'\\]*
        (?: \s*=\s*["'\\]* | \s*:\s*["'\\]+ | :\s+ | (?<=["'\\])\s*:\s* )
      | (?<![\w:/.-])(?:password|passwd|pwd)\s*:\s*
      | --?[\w-]*(?:{_NAMED})[\w-]*\s+ )
      (?!arn:|{re.escape(REDACTED)}) [^\s"'\\;,&}}]{{4,}}"""
)
_PRESIGNED = re.compile(
    r"https?://\S*[?&](?:X-Amz-\w+|Signature|AWSAccessKeyId)=\S+", re.IGNORECASE
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*?(?:-----END [A-Z ]*-----|$)")
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):([^/\s]+)@")
_WEB_TOKEN = re.compile(r"eyJ[\w=-]+\.[\w=-]+(?:\.[\w.+/=-]*)?")
_OWN: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("x-amz- signature= awsaccesskeyid=", _PRESIGNED, REDACTED),
    ("-----begin", _PRIVATE_KEY, REDACTED),
    ("eyj", _WEB_TOKEN, REDACTED),
    ("://", _URL_PASSWORD, rf"\1:{REDACTED}@"),
    (
        "passw passphrase pwd secret token credential apikey api_key api-key accesskey access_key "
        "access-key privatekey private_key private-key",
        _ASSIGNED,
        rf"\g<name>{REDACTED}",
    ),
)
# Detectors of detect-secrets, a maintained list of what providers' keys look like, by the words
# without which none of their patterns matches. Those that know no such word are left out: they hit
# ARNs.
_DETECTORS: Mapping[str, str] = {
    "aws.AWSKeyDetector": "akia asia abia acca a3t",
    "azure_storage_key.AzureStorageKeyDetector": "accountkey=",
    "github_token.GitHubTokenDetector": "ghp_ gho_ ghu_ ghs_ ghr_",
    "gitlab_token.GitLabTokenDetector": "glpat- gldt- glft- glsoat- glrt- gr1348941 glcbt- glimt- "
    "glptt- glagent- gloas-",
    "npm.NpmDetector": ":_authtoken",
    "openai.OpenAIDetector": "t3blbkfj",
    "pypi_token.PypiTokenDetector": "pypi-age",
    "sendgrid.SendGridDetector": "sg.",
    "slack.SlackDetector": "xox hooks.slack.com",
    "square_oauth.SquareOAuthDetector": "sq0csp-",
    "stripe.StripeDetector": "k_live_",
}
_WORDS = " ".join([*(words for words, _, _ in _OWN), *_DETECTORS.values()]).split()
_ANY_WORD = re.compile("|".join(map(re.escape, _WORDS)))  # faster than `in` on short texts only
_SECRET_NAME = re.compile(rf"(?i)(?:{_NAMED})s?$")
_PAIRS = (  # one field names what the other holds
    *(("Key", "Value"), ("key", "value"), ("Name", "Value"), ("name", "value")),
    *(("ParameterKey", "ParameterValue"), ("ParameterName", "ParameterValue")),
)


@cache
def _detector(name: str) -> tuple[re.Pattern[str], ...]:
    """A detector's patterns, imported (slowly) when its words are met for the first time."""
    module, _, detector = name.partition(".")
    found = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), detector)
    return tuple(found.denylist)


def redact_text(text: str) -> str:
    """The text without passwords in URLs, presigned addresses, keys, tokens, assigned secrets."""
    lower = text.lower()
    if not _ANY_WORD.search(lower):
        return text
    for words, pattern, replacement in _OWN:
        if any(word in lower for word in words.split()):
            text = pattern.sub(replacement, text)
    for name, words in _DETECTORS.items():
        if any(word in lower for word in words.split()):
            for pattern in _detector(name):
                text = pattern.sub(REDACTED, text)
    return text


def redact(answer: Any, paths: Iterable[str] = ()) -> Any:
    """The answer without the values at `paths` and without secrets in any string.

    A path is dotted; `*` stands for every key or element
    (`containerDefinitions.*.environment.*.value`). What needs no change is shared, not copied.
    Keys stay, so that a check can see that a variable exists.
    """
    for path in paths:
        answer = replaced(answer, path, lambda _: REDACTED)
    lower = json.dumps(answer, default=str, ensure_ascii=False).lower()
    return _scrubbed(answer) if any(word in lower for word in _WORDS) else answer


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        secret = {key for key in value if isinstance(key, str) and _SECRET_NAME.search(key)}
        secret |= {held for name, held in _PAIRS if _SECRET_NAME.search(str(value.get(name, "")))}
        return {
            _scrubbed(key): REDACTED if key in secret and _hidable(inner) else _scrubbed(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_scrubbed(inner) for inner in value]
    return value


def _hidable(value: Any) -> bool:
    """Text that could be the secret itself: neither the ARN of one nor empty."""
    return isinstance(value, str) and value != "" and not value.startswith("arn:")
