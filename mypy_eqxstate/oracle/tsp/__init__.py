"""The answers of a type server, asked by the Type Server Protocol: `check.py` puts them together.

From the wire up: `transport.py` speaks JSON-RPC, `server.py` agrees on a version, `types.py` turns
answers into terms (`terms.py`), `shapes.py` turns terms into shapes, and `oracle.py` answers from
these.  What definitions declare is read from their sources (`modules.py`, `annotations.py`,
`symbols.py`).
"""
