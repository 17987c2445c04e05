from . import nn as nn
from ._library import Module as Module
from ._library import filter_grad as filter_grad
from ._library import filter_jit as filter_jit
from ._library import filter_value_and_grad as filter_value_and_grad
from ._library import filter_vmap as filter_vmap
