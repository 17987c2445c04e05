"""The ownership IR and its lowering from Python's syntax trees; `ir/model` says what it is."""
