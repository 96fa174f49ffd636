"""The closed vocabulary of filters. A filter is pure and strict: it raises, it never guesses.

Adding one is adding a function to a module of this package and a line to this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mapping.filters import collection, duration, jenkins, moment, number, purl, text, time, url
from adapters.mapping.filters.filter import Filter, Parameter, described

__all__ = ["FILTERS", "Filter", "Parameter"]

_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": number.magnitude,
    "base64": text.base64_text,
    "capture": text.capture,
    "div": number.div,
    "duration": duration.duration,
    "epoch_ms": time.epoch_ms,
    "epoch_s": time.epoch_s,
    "find": collection.find,
    "find_all": text.find_all,
    "first_key": collection.first_key,
    "first_line": text.first_line,
    "generic_purl": purl.generic_purl,
    "get": collection.get,
    "git_remote": url.git_remote,
    "having": collection.having,
    "hours": number.hours,
    "image_purl": purl.image_purl,
    "tag_purl": purl.tag_purl,
    "in": collection.within,
    "int": number.whole,
    "iso": time.iso,
    "jenkins_job_name": jenkins.jenkins_job_name,
    "jenkins_job_path": jenkins.jenkins_job_path,
    "jenkins_path": jenkins.jenkins_path,
    "join": collection.join,
    "json": text.json_value,
    "length": collection.length,
    "lower": text.lower,
    "map": collection.each,
    "merge": collection.merge,
    "minus": time.minus,
    "minutes": number.minutes,
    "moment": moment.moment,
    "ms": number.ms,
    "none_if": collection.none_if,
    "not_before": time.not_before,
    "numbered": collection.numbered,
    "oci_purl": purl.oci_purl,
    "pick": collection.pick,
    "plus": time.plus,
    "purl": purl.purl,
    "regex_replace": text.regex_replace,
    "removeprefix": text.removeprefix,
    "removesuffix": text.removesuffix,
    "replace": text.replace,
    "round": number.rounded,
    "sha256": text.sha256,
    "shorten": text.shorten,
    "split": text.split,
    "string": text.to_string,
    "strip": text.strip,
    "strptime": time.strptime,
    "times": number.times,
    "truncate": text.truncate,
    "upper": text.upper,
    "url_below": url.url_below,
    "url_decode": url.url_decode,
    "url_encode": url.url_encode,
    "url_host": url.url_host,
    "url_join": url.url_join,
    "url_path": url.url_path,
    "url_public": url.url_public,
    "uuid5": text.uuid5,
    "where": collection.where,
}

_KEEPS: Mapping[str, tuple[type, ...]] = {"int": (int,), "string": (str,)}
"""What some make of a value of a type is that value, so that they need not be called."""

_PREPARED: Mapping[str, Callable[..., Callable[[Any], Any]]] = {
    "capture": text.capturing,
    "none_if": collection.none_of,
}
"""What some are with arguments that are known when the mapping loads: a function of the value alone."""

FILTERS: Mapping[str, Filter] = {
    name: described(name, function, _KEEPS.get(name, ()), _PREPARED.get(name)) for name, function in _FUNCTIONS.items()
}
"""Every filter by its name, but for those that need more than a value, such as `default` (see `closures`)."""
