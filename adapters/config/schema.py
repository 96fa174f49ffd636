"""The JSON Schema of configuration files, for editors: the models, where any value may come from outside."""

from __future__ import annotations

from typing import Any

from adapters.config.models import Config

Schema = dict[str, Any]

_OUTSIDE: Schema = {"Outside": {"type": "string", "pattern": r"\$\{(env|file):"}}
_FROM_OUTSIDE: Schema = {"$ref": "#/$defs/Outside"}
_BY_NAME = ("$defs", "properties", "patternProperties")
_MANY = ("anyOf", "oneOf", "prefixItems")
_ONE = ("items", "additionalProperties")


def schema() -> Schema:
    """The schema of a configuration; `${env:NAME}` and `${file:path}` are right for every value."""
    result = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_opened(Config.model_json_schema())}
    result["$defs"] |= _OUTSIDE
    return result


def _opened(schema: Schema) -> Schema:
    """A schema in which no value has to be written out."""
    inner: Schema = {
        key: {name: _opened(each) for name, each in schema[key].items()} for key in _BY_NAME if key in schema
    }
    inner |= {key: [_opened(each) for each in schema[key]] for key in _MANY if key in schema}
    inner |= {key: _opened(schema[key]) for key in _ONE if isinstance(schema.get(key), dict)}
    result = {**schema, **inner}
    return {"anyOf": [result, _FROM_OUTSIDE]} if _is_certain(schema) else result


def _is_certain(schema: Schema) -> bool:
    return schema.get("type") in ("integer", "number", "boolean") or "pattern" in schema or "enum" in schema
