"""What every settings model is made of: its base, types of fields, and what is said of them."""

from adapters.settings.markers import (
    AfterValidator,
    BeforeValidator,
    Field,
    Info,
    Only,
    SecretStr,
    WrapValidator,
    model_validator,
    placed,
    told,
)
from adapters.settings.model import Settings
from adapters.settings.types import AwareDatetime, ByType, Duration, Expected, PostgresqlUrl, Size, TimeZone, Word

__all__ = [
    "AfterValidator",
    "AwareDatetime",
    "BeforeValidator",
    "ByType",
    "Duration",
    "Expected",
    "Field",
    "Info",
    "Only",
    "PostgresqlUrl",
    "SecretStr",
    "Settings",
    "Size",
    "TimeZone",
    "Word",
    "WrapValidator",
    "model_validator",
    "placed",
    "told",
]
