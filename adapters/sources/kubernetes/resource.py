"""Where the API keeps the objects of a kind."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.sources.kubernetes.api import Api, NotServed


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind in a version of a group; `plural` is the word for it in paths."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str | None) -> str:
        """Of the list of its objects in a namespace, or in all of them."""
        within = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{root(self.api_version)}{within}/{self.plural}"


def root(api_version: str) -> str:
    """The path of a version of a group (kubernetes.io, API groups)."""
    return f"/{'apis' if '/' in api_version else 'api'}/{api_version}"


def discovered(api: Api, api_version: str, kind: str) -> Resource:
    """What the server itself says of a kind; raises ApiSilent, as NotServed where it has none (yet)."""
    listed = api.get(root(api_version)).get("resources")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get("kind") == kind and "/" not in str(each.get("name", "/")):
            return Resource(api_version, kind, str(each["name"]), bool(each.get("namespaced")))
    raise NotServed(f"the cluster serves no {kind} in {api_version}; is its CRD installed?")
