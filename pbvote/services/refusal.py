"""The one way a service says no."""

from typing import Any


class Refusal(Exception):
    """Why a deed is refused: a code that the edge turns into words, with the field it concerns.

    A refused deed has changed nothing. Parameters are plain values for the sentence.
    """

    def __init__(self, code: str, *, field: str | None = None, **parameters: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.parameters = parameters


class NotFound(Refusal):
    """The object does not exist, or not for the one who asks."""

    def __init__(self, code: str = "not-found", **parameters: Any) -> None:
        super().__init__(code, **parameters)


class NotAllowed(Refusal):
    """The one who asks may not do this."""

    def __init__(self, code: str = "not-allowed", **parameters: Any) -> None:
        super().__init__(code, **parameters)
