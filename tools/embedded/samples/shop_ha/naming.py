"""What the well-built shop is called."""

from tools.embedded.samples import Clients

NAME = "shop-ha"
TAGS = {"workload": "shop-ha"}


def account_of(client: Clients) -> str:
    """The account's id."""
    account: str = client("sts").get_caller_identity()["Account"]
    return account
