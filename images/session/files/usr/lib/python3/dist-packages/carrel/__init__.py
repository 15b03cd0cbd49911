"""Publishes functions of a notebook, so that they answer at a URL.

    from carrel import function

    @function
    def add(a, b):
        return float(a) + float(b)

    add.url              # where it answers
    add.remote(1, 2)     # asks the published one
    add(1, 2)            # is still the function itself

What the function uses of the notebook goes along: imported modules, other functions and classes, and plain values
(numbers, texts, lists and dictionaries of them). Whatever else it uses is refused by name.
"""

from carrel.desk import CarrelError
from carrel.publishing import Published, delete, function, publish

__all__ = ["CarrelError", "Published", "delete", "function", "publish"]
