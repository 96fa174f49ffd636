"""A Leadership of what a configuration says of it; a database's client is imported only where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adapters.extras import need
from adapters.late import late
from adapters.standby.contract import Leadership
from adapters.standby.settings import Lease, Lock

_lease = late("adapters.standby.lease", "KubernetesLease")
_lock = late("adapters.standby.postgresql", "AdvisoryLock")


def leadership(settings: Lease | Lock, instances: Mapping[str, str] = MappingProxyType({})) -> Leadership:
    """For who hears sources of these instances, by name; raises ConfigError where it cannot be used."""
    if isinstance(settings, Lock):
        need("postgresql", "psycopg")
        made: Leadership = _lock(settings, instances)
    else:
        made = _lease(settings, instances)
    return made
