"""The language server: ownership errors in an editor, of text that is not saved yet.

    mypy-eqxstate lsp            # speaks the Language Server Protocol on standard input and output

An editor's documents (`documents.py`, `notebooks.py`) are checked by a process of its own
(`engine.py` starts it, `worker.py` runs in it), so that the server answers meanwhile and outlives
whatever happens there.  `checking.py` says when; `diagnostics.py` and `actions.py` turn what was
found into what the protocol wants; `server.py` answers the requests.

pygls is needed only here: it is the extra `lsp`.
"""
