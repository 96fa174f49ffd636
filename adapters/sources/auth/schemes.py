"""How those sign who are often heard: the parameters of `hmac` by a scheme's name, from each one's own documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STANDARD = {
    "header": "webhook-signature",
    "separator": " ",
    "prefix": "v1,",
    "encoding": "base64",
    "key": "base64",
    "signed": "{id}.{timestamp}.{body}",
    "id_header": "webhook-id",
    "timestamp_header": "webhook-timestamp",
}
_LIST = {"separator": ",", "prefix": "v1="}

SCHEMES: Mapping[str, Mapping[str, Any]] = {
    "bitbucket": {"header": "X-Hub-Signature", "prefix": "sha256="},
    "buildkite": {
        "header": "X-Buildkite-Signature",
        "separator": ",",
        "prefix": "signature=",
        "signed": "{timestamp}.{body}",
        "timestamp_prefix": "timestamp=",
    },
    "circleci": {"header": "circleci-signature", **_LIST},
    "flux": {"header": "X-Signature", "prefix": "sha256="},
    "forgejo": {"header": "X-Forgejo-Signature"},
    "gitea": {"header": "X-Gitea-Signature"},
    "github": {"header": "X-Hub-Signature-256", "prefix": "sha256="},
    "gitlab": _STANDARD,
    "grafana": {"header": "X-Grafana-Alerting-Signature"},
    "hcp-terraform": {"header": "X-TFE-Notification-Signature", "algorithm": "sha512"},
    "jfrog": {"header": "X-JFrog-Event-Auth"},
    "jira": {"header": "X-Hub-Signature", "prefix": "sha256="},
    "nexus": {"header": "X-Nexus-Webhook-Signature", "algorithm": "sha1"},
    "pagerduty": {"header": "X-PagerDuty-Signature", **_LIST},
    "rootly": {"header": "X-Rootly-Signature", **_LIST, "signed": "{timestamp}{body}", "timestamp_prefix": "t="},
    "sentry": {"header": "Sentry-Hook-Signature"},
    "slack": {
        "header": "X-Slack-Signature",
        "prefix": "v0=",
        "signed": "v0:{timestamp}:{body}",
        "timestamp_header": "X-Slack-Request-Timestamp",
    },
    "standard-webhooks": _STANDARD,
    "stripe": {"header": "Stripe-Signature", **_LIST, "signed": "{timestamp}.{body}", "timestamp_prefix": "t="},
    "svix": {**_STANDARD, "header": "svix-signature", "id_header": "svix-id", "timestamp_header": "svix-timestamp"},
}
