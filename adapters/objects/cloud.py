"""S3, GCS and Azure Blob Storage, by obstore (Rust's object_store), which retries what a server is too busy for.

Credentials are those of the environment (`AWS_ACCESS_KEY_ID`, `GOOGLE_APPLICATION_CREDENTIALS`,
`AZURE_STORAGE_ACCOUNT_NAME`), of a pod's or an instance's identity, or options by the names of object_store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import from_url

from adapters.objects.contract import Broken, Object, Unusable
from adapters.urls import public

_PIECE = 1 << 20
_PAGE = 1000
_PATIENCE = timedelta(seconds=60)

_CLIENT = frozenset(
    {"allow_http", "allow_invalid_certificates", "connect_timeout", "proxy_url", "timeout", "user_agent"}
)
"""Options that are of connections, and not of a store."""

_STATUS = re.compile(r"status code: (\d+ [A-Za-z ]+)")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_ASLEEP = frozenset({"InvalidObjectState", "BlobArchived"})
"""What S3 and Azure say of an object in a class of storage that has to be restored before it can be read."""
_CREDENTIALS = "those of the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or 'options'"
_HINTS = (
    (r"NoSuchBucket|ContainerNotFound|bucket does not exist", "there is no such bucket or container: compare its name"),
    (
        r"169\.254\.|metadata\.google|[Mm]issing.*(?:key|account|credential)",
        f"it finds no credentials: set {_CREDENTIALS}",
    ),
    (
        r"InvalidAccessKeyId|UserNotFound|SignatureDoesNotMatch|AuthenticationFailed|InvalidToken|ExpiredToken| 401 ",
        f"the credentials are wrong: mend {_CREDENTIALS}",
    ),
    (r"AccessDenied| 403 ", "they may not do this: it takes the right to list and to read"),
    (r" 301 |PermanentRedirect|AuthorizationHeaderMalformed", "the bucket is in another region: set AWS_REGION"),
    (r"SlowDown| 503 | 429 |TooManyRequests", "it is too busy: try again later"),
    (
        r"scheme is not allowed|scheme is not https|BadScheme|builder error",
        "set AWS_ALLOW_HTTP=true for an endpoint without TLS",
    ),
    (
        r"invalid path|Could not parse path",
        "a key with an empty step, . or .. as one, or a line break is not read: rename it, or name what is beside it",
    ),
    (r"error sending request|dns error|timed out", "it is not reached: compare the endpoint and the network"),
)
"""What may help, by what the library says; the first that fits."""


class Cloud:
    """A bucket or a container."""

    grows = False

    def __init__(self, root: str, options: Mapping[str, str]) -> None:
        self._root = root
        client = {name: value for name, value in options.items() if name in _CLIENT}
        config = {name: value for name, value in options.items() if name not in _CLIENT}
        with _told(root):
            self._store = from_url(  # type: ignore[call-overload]  # it has one for each store
                root,
                **({"config": config} if config else {}),
                **({"client_options": client} if client else {}),
                retry_config={"retry_timeout": _PATIENCE},
            )

    def listed(self, prefix: str) -> Iterator[Object]:
        """As in Store; page by page."""
        found = False
        try:
            with _told(self._root):
                for page in obstore.list(self._store, prefix=prefix or None, chunk_size=_PAGE):
                    found = True
                    yield from map(self._object, page)
                if prefix and not found:
                    yield from self._one(prefix)
        except FileNotFoundError as error:
            raise Unusable(_message(self._root, error)) from None

    def pieces(self, found: Object, offset: int) -> Iterator[bytes]:
        """As in Store; of an object that is another one by its ETag, nothing is read."""
        options = {"range": {"offset": offset}} if offset else {}
        if found.version.endswith('"'):
            options["if_match"] = found.version  # type: ignore[assignment]
        try:
            with _told(str(found)):
                result = obstore.get(self._store, found.key, options=options)  # type: ignore[arg-type]
        except PreconditionError:
            raise OSError("it changed after it was listed; it is read anew next time") from None
        except FileNotFoundError:
            raise FileNotFoundError("it is not there any more") from None
        try:
            yield from map(bytes, result.stream(min_chunk_size=_PIECE))
        except BaseError as error:
            raise Broken(_message(str(found), error)) from None

    def close(self) -> None:
        """Nothing: the library keeps what it needs."""

    def _one(self, key: str) -> Iterator[Object]:
        with suppress(FileNotFoundError):
            yield self._object(obstore.head(self._store, key))

    def _object(self, meta: obstore.ObjectMeta) -> Object:
        tag = _quoted(meta["e_tag"]) if meta["e_tag"] else f"{meta['last_modified'].isoformat()} {meta['size']}"
        return Object(self, self._root, meta["path"], meta["size"], tag, meta["last_modified"])


def _quoted(tag: str) -> str:
    """An ETag as a condition has it (RFC 9110 §8.8.3): Azure's lists leave the quotation marks out."""
    return tag if tag.endswith('"') else f'"{tag}"'


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Raises what the library does not do as Unusable, on one line; what is of one object only stays an OSError."""
    try:
        yield
    except PreconditionError:
        raise
    except (BaseError, ValueError) as error:
        if (code := _CODE.search(str(error))) and code[1] in _ASLEEP:
            raise OSError(
                f"it has to be restored from its class of storage before it can be read ({code[1]})"
            ) from None
        raise Unusable(_message(what, error)) from None


def _message(what: str, error: Exception) -> str:
    """What it is, without where in the library; nothing of a query, where a signature may be."""
    text = str(error).partition("\n\n")[0]
    hint = next((hint for saying, hint in _HINTS if re.search(saying, text)), "")
    status, code = _STATUS.search(text), _CODE.search(text)
    said = " ".join(each[1].strip() for each in (status, code) if each) or " ".join(text.split())[:300]
    return public(f"{what}: {said}") + (f" ({hint})" if hint else "")
