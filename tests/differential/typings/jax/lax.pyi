from collections.abc import Callable
from typing import Any

def scan(f: Callable[..., Any], init: Any, xs: Any) -> tuple[Any, Any]: ...
def cond(
    pred: Any, true_fun: Callable[..., Any], false_fun: Callable[..., Any], *operands: Any
) -> Any: ...
