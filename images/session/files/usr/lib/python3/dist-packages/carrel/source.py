"""The text of a function and of all that it uses of the notebook, as a program that stands by itself."""

import ast
import builtins
import inspect
import textwrap
import types

from carrel.desk import CarrelError

LONGEST_VALUE = 65_536


def program(fn):
    """The program's text. Raises CarrelError when the function uses what cannot be taken along."""
    if not isinstance(fn, types.FunctionType):
        raise CarrelError(f"{fn!r} is no function written in Python (expected: def …)")
    if fn.__closure__:
        names = ", ".join(fn.__code__.co_freevars)
        raise CarrelError(f"{fn.__name__} uses {names} of a function around it (expected: a function of its own)")
    parts = _Parts(fn.__globals__)
    parts.add(fn.__name__, fn, fn.__name__)
    return "\n\n".join(parts.imports + parts.values + parts.texts) + "\n"


class _Parts:
    """What was gathered, each name once; what is used stands before what uses it."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.seen = set()
        self.imports, self.values, self.texts = [], [], []

    def add(self, name, value, user):
        if name in self.seen:
            return
        self.seen.add(name)
        if isinstance(value, types.ModuleType):
            self.imports.append(f"import {value.__name__} as {name}")
        elif _of_notebook(value):
            self._text(name, value)
        elif inspect.isclass(value) or callable(value) and getattr(value, "__name__", None):
            self._imported(name, value, user)
        else:
            self._value(name, value, user)

    def _text(self, name, value):
        value = getattr(value, "__wrapped__", value)
        tree = _tree(value)
        node = tree.body[0]
        node.decorator_list = [d for d in node.decorator_list if not _ours(d, self.namespace)]
        for used in sorted(_names(node)):
            if used in self.namespace and not hasattr(builtins, used):
                self.add(used, self.namespace[used], name)
        self.texts.append(ast.unparse(tree))

    def _imported(self, name, value, user):
        module, own = getattr(value, "__module__", None), value.__name__
        if module in (None, "__main__"):
            raise _cannot(user, name, value)
        self.imports.append(f"from {module} import {own} as {name}")

    def _value(self, name, value, user):
        text = repr(value)
        try:
            plain = len(text) <= LONGEST_VALUE and ast.literal_eval(text) == value
        except (ValueError, SyntaxError, TypeError):
            plain = False
        if not plain:
            raise _cannot(user, name, value)
        self.values.append(f"{name} = {text}")


def _of_notebook(value):
    value = getattr(value, "__wrapped__", value)
    return isinstance(value, (types.FunctionType, type)) and value.__module__ == "__main__"


def _tree(value):
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(value)))
    except (OSError, TypeError, SyntaxError) as unknown:
        raise CarrelError(
            f"{value.__name__}: its text is not known ({unknown}) (expected: a function of a cell or of a file)"
        ) from None


def _names(node):
    """Names that the text reads and does not make itself."""
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    arguments = {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
    own = {n.name for n in ast.walk(node) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    declared = {name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names}
    loaded = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return (loaded - stored - arguments - own) | declared


def _ours(decorator, namespace):
    """Whether a decorator is `function` of this package, under whatever name."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    try:
        value = eval(compile(ast.Expression(target), "<decorator>", "eval"), namespace)  # the notebook's own text
    except Exception:
        return False
    return getattr(value, "__module__", "") == "carrel.publishing"


def _cannot(user, name, value):
    return CarrelError(
        f"{user} uses {name}, a {type(value).__name__}, which cannot be taken along "
        f"(expected: numbers, texts, lists or dictionaries of them up to {LONGEST_VALUE} characters, modules, functions; "
        f"or make it inside {user})"
    )
