from ._stateful import State as State
from ._stateful import StateIndex as StateIndex
from ._stateful import make_with_state as make_with_state
