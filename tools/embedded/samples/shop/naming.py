"""What the shop is called."""

from tools.embedded.samples import Clients

NAME = "shop"
TAGS = {"workload": "shop"}


def account_of(client: Clients) -> str:
    """The account's id."""
    account: str = client("sts").get_caller_identity()["Account"]
    return account


def invoices_of(client: Clients) -> str:
    """The name of the bucket that holds the invoices."""
    return f"shop-invoices-{account_of(client)}"
