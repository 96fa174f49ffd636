"""An HTTP server that takes whatever is posted: `uvicorn bench.receiver:taken`."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send


async def taken(_scope: Scope, receive: Receive, send: Send) -> None:
    """Reads a request to its end and answers 204."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
