"""How all that asks others over HTTP reads their answers: bounded in bytes and in time, and told without secrets."""

from adapters.http.bounded import Bounded, bounded
from adapters.http.credentials import Basic, Bearer
from adapters.http.limits import exhausted, left_alone, retry_after
from adapters.http.words import Unusable, no_answer

__all__ = ["Basic", "Bearer", "Bounded", "Unusable", "bounded", "exhausted", "left_alone", "no_answer", "retry_after"]
