from ._library import Module as Module
from ._library import field as field
