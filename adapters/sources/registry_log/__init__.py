"""The log of a CNCF distribution registry, with the digests that it does not say."""

from adapters.sources.registry_log.settings import RegistryLogSettings
from adapters.sources.registry_log.source import RegistryLog

__all__ = ["RegistryLog", "RegistryLogSettings"]
