"""Small changes to a program, each of which a good grader should notice."""

import ast
import copy
from collections.abc import Collection, Iterator

_SWAPS: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}


def mutants(source: str, function: str, others: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield (what was changed, changed source) for a cell that defines ``function``.

    Operators and comparisons are exchanged, constants moved, transposes,
    one-argument calls, keyword arguments and statements left out, the first
    two arguments of a call and the names of two parameters exchanged. Of the
    functions in ``others``, which are exercises of their own, nothing is.
    """
    tree = ast.parse(source)
    tree.body = [n for n in tree.body if getattr(n, "name", None) not in others]
    seen = {ast.unparse(tree)}
    for number, node in enumerate(ast.walk(tree)):
        for other in _changes(node, _parameters(tree, function)):
            changed = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(changed)) if i == number)
            mutant = _Replace(target, other).visit(changed)
            text = ast.unparse(ast.fix_missing_locations(mutant))
            if text not in seen:
                seen.add(text)
                line = getattr(node, "lineno", 0)
                yield f"line {line}: {_text(node)} → {_text(other)}", text


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, other: ast.AST) -> None:
        self.target, self.other = target, other

    def visit(self, node: ast.AST) -> ast.AST:
        return self.other if node is self.target else super().generic_visit(node)


def _parameters(tree: ast.Module, function: str) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return [a.arg for a in node.args.args]
    return []


def _changes(node: ast.AST, parameters: list[str]) -> Iterator[ast.AST]:
    # Python shares one object among all `+` of a program: exchange what holds it.
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)):
        for kind in _SWAPS.get(type(node.op), []):
            yield _with(node, op=kind())
    elif isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for kind in _SWAPS.get(type(op), []):
                yield _with(node, ops=[*node.ops[:i], kind(), *node.ops[i + 1 :]])
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(2 * value + 1)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.Attribute(value=value, attr="T" | "mT"):
            yield value
        case ast.Call(args=[argument], keywords=[]) if not isinstance(node.func, ast.Attribute) or (
            isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "torch")
        ):
            yield argument
        case ast.Call(args=[first, second, *rest]):
            yield _with(node, args=[second, first, *rest])
        case ast.Call(keywords=[_, *_]):
            for i in range(len(node.keywords)):
                yield _with(node, keywords=node.keywords[:i] + node.keywords[i + 1 :])
        case ast.Assign() | ast.AugAssign():
            yield ast.Pass()
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Name(id=name, ctx=ast.Load()) if name in parameters and len(parameters) > 1:
            after = parameters[(parameters.index(name) + 1) % len(parameters)]
            yield ast.Name(after, ast.Load())


def _with(node: ast.AST, **changed: object) -> ast.AST:
    """Return a copy of a node with some fields changed."""
    return type(node)(**{**dict(ast.iter_fields(node)), **changed})


def _text(node: ast.AST) -> str:
    if isinstance(node, (ast.expr, ast.stmt)):
        return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))
    return type(node).__name__
