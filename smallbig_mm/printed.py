"""Configs as text, as mmengine prints them into logs and checkpoints: parsed, never run."""

from __future__ import annotations

import ast
from typing import Any

from .errors import UserError


def parse(text: str) -> dict[str, Any]:
    """Settings of a config that mmengine printed or put into a checkpoint.

    The text may come from anywhere: it is parsed, never run.

    Raises:
        UserError: if it holds anything else than literals, `dict(...)`, lists and tuples.
    """
    try:
        return dict(_setting(statement) for statement in ast.parse(text).body)
    except (SyntaxError, ValueError, TypeError, RecursionError) as error:
        why = error.msg if isinstance(error, SyntaxError) else error
        raise UserError(f"a printed config cannot be read: {why}") from None


def _setting(statement: ast.stmt) -> tuple[str, Any]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, _value(value)
    raise ValueError(f"no setting: {_code(statement)}")


def _value(node: ast.expr | None) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_value(item) for item in items)
        case ast.Dict(keys=keys, values=values):
            return dict(zip(map(_value, keys), map(_value, values), strict=True))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        # names that are no identifiers are printed as dict({'a.b': 1})
        case ast.Call(func=ast.Name(id="dict"), args=[] | [ast.Dict()], keywords=named):
            found = _value(node.args[0]) if node.args else {}
            if all(item.arg for item in named):
                return {**found, **{str(item.arg): _value(item.value) for item in named}}
    raise ValueError(f"no literal: {_code(node) if node else '**'}")


def _code(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:60]
