"""What a `github-deliveries` source may be told."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from adapters.endpoint.settings import Called
from adapters.secrets import Secret
from adapters.settings import AwareDatetime, Duration, Expected, Field, Settings, model_validator
from adapters.sources.contract import SourceSettings
from adapters.tls import Tls

_HOOK = r"^(repos/[\w.-]+/[\w.-]+/hooks/[0-9]+|orgs/[\w.-]+/hooks/[0-9]+|app/hook)$"
_HOOKS = Expected("repos/OWNER/NAME/hooks/ID, orgs/NAME/hooks/ID or app/hook")


class App(Settings):
    """A GitHub App: its id, or its client id, and the private key in PEM by which it proves who it is."""

    id: Annotated[str, Field(min_length=1, pattern=r"^[\w.-]+$", coerce_numbers_to_str=True)]
    key: Secret


class GithubDeliveriesSettings(SourceSettings):
    """A webhook of a repository, an organisation or an App, and how gently to ask for what it delivered.

    `url` is that of GitHub's REST API, where it does not follow from the `instance`. `token` may read webhooks; the
    webhook of an App is asked for as the `app` itself. With `hears: all`, what arrived is heard as well: for who has no
    webhook source at all. What GitHub tells later than `overlap` after it was tried is not heard. The first start tells
    nothing of the past, unless `since` says from when.
    """

    type: Literal["github-deliveries"]
    hook: Annotated[str, Field(pattern=_HOOK), _HOOKS]
    url: Annotated[str, Field(pattern=r"^https?://[^@/]+(/|$)"), Expected("a URL without a user"), Called] | None = None
    token: Secret | None = None
    app: App | None = None
    hears: Literal["missed", "all"] = "missed"
    poll: Annotated[Duration, Field(gt=0)] = 60.0
    requests_per_second: Annotated[float, Field(gt=0)] = 5.0
    timeout: Annotated[Duration, Field(gt=0)] = 30.0
    tls: Tls = Tls()
    overlap: Annotated[Duration, Field(ge=0, description="a delivery is tried for ten seconds, or thirty")] = 120.0
    since: AwareDatetime | None = None

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True

    @property
    def api(self) -> str:
        """The URL of the REST API, without a slash at its end: GitHub's own, or that of an Enterprise Server."""
        parts = urlsplit(self.instance)
        own = "https://api.github.com" if parts.hostname in ("github.com", "api.github.com") else None
        cloud = f"{parts.scheme}://api.{parts.netloc}" if (parts.hostname or "").endswith(".ghe.com") else None
        return (self.url or own or cloud or f"{parts.scheme}://{parts.netloc}/api/v3").rstrip("/")

    @model_validator(mode="after")
    def _who_asks(self) -> Self:
        if (self.hook == "app/hook") != (self.app is not None):
            raise ValueError("'app' goes with 'hook: app/hook', and 'token' with any other")
        if (self.token is None) == (self.app is None):
            raise ValueError("'token' is missing: one that may read the webhook")
        return self
