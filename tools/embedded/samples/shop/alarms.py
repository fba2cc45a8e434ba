"""The shop's alarms."""

from tools.embedded.samples import Clients
from tools.embedded.samples.shop.naming import TAGS
from tools.embedded.tags import pairs


def build_alarms(client: Clients) -> None:
    """Two alarms: one is switched off, the other tells a topic that nobody listens to."""
    topic = client("sns").create_topic(Name="shop-alerts", Tags=pairs(TAGS))["TopicArn"]
    database = {
        "Namespace": "AWS/RDS",
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "shop-orders"}],
        "Statistic": "Average",
        "Period": 300,
        "EvaluationPeriods": 3,
        "AlarmActions": [topic],
        "Tags": pairs(TAGS),
    }
    client("cloudwatch").put_metric_alarm(
        AlarmName="shop-orders-cpu",
        MetricName="CPUUtilization",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=90,
        ActionsEnabled=False,
        **database,
    )
    client("cloudwatch").put_metric_alarm(
        AlarmName="shop-orders-storage",
        MetricName="FreeStorageSpace",
        ComparisonOperator="LessThanThreshold",
        Threshold=5 * 1024**3,
        ActionsEnabled=True,
        **database,
    )
