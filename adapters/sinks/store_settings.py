"""The settings of the sinks that are stores of CDEvents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from adapters.secrets import Secret
from adapters.settings import Duration, Expected, Field, PostgresqlUrl, Size
from adapters.sinks.contract import SinkSettings


class PostgresqlSettings(SinkSettings):
    """Where the database is, as libpq's connection URIs say it; a statement that takes `timeout` is given up."""

    type: Literal["postgresql"]
    url: PostgresqlUrl
    password: Secret | None = None
    timeout: Annotated[Duration, Field(ge=1)] = 30.0


class ParquetSettings(SinkSettings):
    """Which folder, and when what was collected becomes files: beyond a size, and at every multiple of a time.

    `mode` says who may read the files, as chmod does.
    """

    type: Literal["parquet"]
    path: Path
    size: Annotated[Size, Field(gt=0)] = 64 << 20
    every: Annotated[Duration, Field(gt=0)] = 3600.0
    mode: Annotated[str, Field(pattern=r"^0?[0-7]{3}$"), Expected("a mode in quotes, such as '0640'")] = "0600"
