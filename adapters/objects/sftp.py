"""Files of an SFTP server, by asyncssh, as a user of SSH reaches it: keys, agent and known hosts are those of `ssh`.

Beside that there are the options `password`, `client_key`, `passphrase` and `known_hosts`, or `SFTP_PASSWORD` and so on
in the environment.
"""

from __future__ import annotations

import asyncio
import logging
import os
import posixpath
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import asyncssh

from adapters.objects.contract import Broken, Object, Unusable
from adapters.roots import is_in

_PIECE = 1 << 20
_SECONDS = 60.0
_CONNECTING = 20.0
_PORT = 22
_VARIABLES = {name: f"SFTP_{name.upper()}" for name in ("password", "client_key", "passphrase", "known_hosts")}

_GONE = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
_LOST = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)
"""Errors that say nothing of a file, but that nobody answers."""

Result = TypeVar("Result")

asyncssh.set_log_level(logging.WARNING)  # it tells of each connection and each channel


class Sftp:
    """A server; the connection, and its loop, are in a thread of their own."""

    grows = True

    def __init__(self, root: str, options: Mapping[str, str]) -> None:
        self._root, self._options = root, options
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="sftp", daemon=True)
        self._thread.start()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None
        self._refused: set[str] = set()

    def listed(self, prefix: str) -> Iterator[Object]:
        """As in Store; links are followed to files below the same folder, and to no folder.

        One that leads elsewhere is listed, so that it is told, and not read.
        """
        yield from self._asked(self._list(f"/{prefix}"))

    def pieces(self, found: Object, offset: int) -> Iterator[bytes]:
        """As in Store; a file that has grown is read as far as it was."""
        if found.key in self._refused:
            raise OSError("it leads to what is not below the folder, and is not read: name that as one of its own")
        self._asked(self._check(found))
        while offset < found.size:
            piece = self._asked(self._read(found.key, offset, min(_PIECE, found.size - offset)))
            if not piece:
                raise OSError("it is shorter than it was when it was listed")
            offset += len(piece)
            yield piece

    def close(self) -> None:
        """Ends the connection and its thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        if self._connection is not None:
            self._connection.abort()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for each in left:
            each.cancel()
        await asyncio.wait(left, timeout=_CONNECTING) if left else None

    def _asked(self, work: Coroutine[Any, Any, Result]) -> Result:
        try:
            return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, _SECONDS), self._loop).result()
        except asyncssh.SFTPNoSuchFile:
            raise FileNotFoundError("it is not there any more") from None
        except asyncssh.SFTPPermissionDenied:
            raise PermissionError("the user may not read it") from None
        except (asyncssh.SFTPError, asyncssh.ConnectionLost, TimeoutError, ConnectionError) as error:
            self._client = None
            raise Broken(f"{self._root}: the connection ended: {error or 'no answer in time'}") from None

    async def _list(self, folder: str) -> list[Object]:
        client = await self._connected()
        try:
            root = str(await client.realpath(folder))
            found = [each async for each in self._below(client, folder, root)]
        except _GONE:
            return []
        except _LOST:
            raise
        except asyncssh.SFTPError as error:
            raise Unusable(f"{self._root}{folder}: {error.reason} (may {self._user} read the folder?)") from None
        return found

    async def _below(self, client: asyncssh.SFTPClient, path: str, root: str) -> AsyncIterator[Object]:
        about = await client.stat(path)
        if about.type != asyncssh.FILEXFER_TYPE_DIRECTORY:
            self._refused.discard(path.lstrip("/"))
            yield self._object(path, about)
            return
        for each in sorted(await client.readdir(path), key=lambda each: each.filename):
            name = str(each.filename)
            if name in (".", ".."):
                continue
            inner = posixpath.join(path, name)
            if each.attrs.type == asyncssh.FILEXFER_TYPE_DIRECTORY:
                with suppress(*_GONE):  # since it was listed
                    async for one in self._below(client, inner, root):
                        yield one
            elif (found := await self._file(client, inner)) is not None:
                self._refused.discard(found.key)
                if each.attrs.type != asyncssh.FILEXFER_TYPE_REGULAR and not await _is_in(client, inner, root):
                    self._refused.add(found.key)
                yield found

    async def _file(self, client: asyncssh.SFTPClient, path: str) -> Object | None:
        try:
            about = await client.stat(path)
        except _LOST:
            raise
        except asyncssh.SFTPError:  # a link to nothing, or gone since it was listed
            return None
        return self._object(path, about) if about.type == asyncssh.FILEXFER_TYPE_REGULAR else None

    def _object(self, path: str, about: asyncssh.SFTPAttrs) -> Object:
        changed, size = about.mtime or 0, about.size or 0
        moment = datetime.fromtimestamp(changed, UTC)
        return Object(self, self._root, path.lstrip("/"), size, f"{changed} {size}", moment)

    async def _check(self, found: Object) -> None:
        path = f"/{found.key}"
        there = self._object(path, await (await self._connected()).stat(path))
        if there.size < found.size or (there.size == found.size and there.version != found.version):
            raise OSError("it changed after it was listed; it is read anew next time")

    async def _read(self, key: str, offset: int, count: int) -> bytes:
        async with (await self._connected()).open(f"/{key}", "rb") as file:
            piece = await file.read(count, offset)
            return piece if isinstance(piece, bytes) else piece.encode()

    async def _connected(self) -> asyncssh.SFTPClient:
        if self._client is None:
            self._client = await self._connect()
        return self._client

    async def _connect(self) -> asyncssh.SFTPClient:
        parts = urlsplit(self._root)
        given = {name: os.environ[each] for name, each in _VARIABLES.items() if each in os.environ} | dict(
            self._options
        )
        if unknown := given.keys() - _VARIABLES:
            raise Unusable(
                f"{self._root}: there is no option {', '.join(sorted(unknown))} (there are {', '.join(_VARIABLES)})"
            )
        keys = given.pop("client_key", None)
        more: dict[str, Any] = {**given, **({"client_keys": [keys]} if keys else {})}
        if parts.username:
            more["username"] = unquote(parts.username)
        try:
            self._connection = await asyncssh.connect(
                parts.hostname or "",
                parts.port or _PORT,
                connect_timeout=_CONNECTING,
                login_timeout=_CONNECTING,
                **more,
            )
            return await self._connection.start_sftp_client()
        except asyncssh.HostKeyNotVerifiable:
            hint = "ssh-keyscan it into known_hosts, and compare the key"
            raise Unusable(f"{self._root}: its host key is not known ({hint})") from None
        except asyncssh.PermissionDenied:
            hint = "compare user and key, or password"
            raise Unusable(f"{self._root}: it does not let {self._user} in ({hint})") from None
        except (OSError, asyncssh.Error, ValueError) as error:
            raise Unusable(f"{self._root}: it is not reached: {error}") from None

    @property
    def _user(self) -> str:
        return unquote(urlsplit(self._root).username or "this user")


async def _is_in(client: asyncssh.SFTPClient, path: str, root: str) -> bool:
    """Whether a link leads to what is below a real folder; where the server does not say, it does not."""
    try:
        return is_in(str(await client.realpath(path)), root)
    except _LOST:
        raise
    except asyncssh.SFTPError:
        return False
