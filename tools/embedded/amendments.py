"""Where moto answers wrongly, or not at all, about what it holds itself: the true answer.

Nothing is made up here: a setting that moto does not keep stays missing, and is told in
`docs/embedded-account.md`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from moto.sns.models import Topic
    from werkzeug.wrappers import Response

_EMPTY = {
    ("GET", "/resources", "backup"): '{"Results": []}',
    (
        "GET",
        "/2015-02-01/file-systems/replication-configurations",
        "elasticfilesystem",
    ): '{"Replications": []}',
}


def answer_for_moto(environ: "WSGIEnvironment") -> "Response | None":
    """The answer to a call that moto lacks although there can be only one; None for all others.

    AWS Backup protects nothing here, since moto can neither select resources nor run a job; nor can
    it replicate a file system.
    """
    from werkzeug.wrappers import Response

    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "").rstrip("/")
    answer = _EMPTY.get((method, path, _service(environ)))
    return Response(answer, mimetype="application/json") if answer else None


def amend(service: str) -> None:
    """Put right what moto says about a service, when it is first used."""
    if service == "sns":
        _count_subscriptions()


def _count_subscriptions() -> None:
    """Moto lists a topic's subscriptions, all confirmed, and says that there are none."""
    from moto.sns.models import Topic

    def confirmed(topic: "Topic") -> int:
        return sum(each.topic is topic for each in topic.sns_backend.subscriptions.values())

    counted = property(confirmed, lambda topic, _: None)
    Topic.subscriptions_confimed = counted  # type: ignore[assignment]  # moto has a plain number


def _service(environ: "WSGIEnvironment") -> str:
    """The service a request is signed for: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`."""
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0]
    parts = scope.split("/")
    return parts[3] if len(parts) == 5 else ""
