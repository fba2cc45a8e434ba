"""Regions on paper: a second one for remedies that keep a copy elsewhere."""

_LARGE_REGIONS = (  # two on most continents, and in every partition
    "eu-central-1",
    "eu-west-1",
    "us-east-1",
    "us-west-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "ap-northeast-1",
    "ap-southeast-1",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
)


def another_region(region: str) -> str:
    """A Region of the same partition, on the same continent where there are two."""
    others = [each for each in _LARGE_REGIONS if each != region]
    return max(others, key=lambda each: _continent(each) == _continent(region))


def _continent(region: str) -> str:
    return region.rsplit("-", 2)[0]
