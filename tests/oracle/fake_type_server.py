"""A type server for tests: `python fake_type_server.py VERSION WHAT` misbehaves as it is told.

`VERSION` is the protocol version that it says.  `WHAT` is one of

- `well`: every type is `any`;
- `moving`: refuses the first request with each snapshot, and takes a new one;
- `dies`: ends at the first question for a type;
- `babbles`: answers with what is no JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

ANY = {"kind": 0, "flags": 0, "id": 1, "name": "any"}


def read() -> dict[str, Any] | None:
    length = 0
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            return None
        if line == b"\r\n":
            message: dict[str, Any] = json.loads(sys.stdin.buffer.read(length))
            return message
        if line.lower().startswith(b"content-length"):
            length = int(line.split(b":")[1])


def write(message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    sys.stdout.buffer.flush()


def main() -> None:
    version, what = sys.argv[1:]
    snapshot = 0
    refused = what != "moving"
    while (message := read()) is not None:
        method, number = message["method"], message.get("id")
        if number is None:
            snapshot += 1
        elif method == "typeServer/getSupportedProtocolVersion":
            if version == "none":
                write({"id": number, "error": {"code": -32601, "message": "no such method"}})
            else:
                write({"id": number, "result": version})
        elif method == "typeServer/getSnapshot":
            write({"id": number, "result": snapshot})
        elif method == "typeServer/getComputedType":
            if what == "dies":
                print("out of memory", file=sys.stderr)
                sys.exit(3)
            if what == "babbles":
                sys.stdout.buffer.write(b"Content-Length: 3\r\n\r\n{[}")
                sys.stdout.buffer.flush()
            elif not refused:
                refused = True
                snapshot += 1
                write({"id": number, "error": {"code": -32802, "message": "outdated"}})
            elif message["params"]["snapshot"] != snapshot:
                write({"id": number, "error": {"code": -32802, "message": "outdated"}})
            else:
                write({"id": number, "result": ANY})
        else:
            write({"id": number, "result": {}})


if __name__ == "__main__":
    main()
