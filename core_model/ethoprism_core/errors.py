"""The one error that a user's mistake or a bad file ends in."""


class EthoprismError(Exception):
    """A mistake or a bad file, told in one line: what, where, what to do.

    The command line prints it as ``error: what, where, what to do`` without a traceback and
    exits with code 2; a batch reports it and goes on with the next file.

    Parameters
    ----------
    what
        What is wrong, in the user's words ("the video has no frames").
    where
        The file, column, behaviour or option it concerns; quoted as given.
    remedy
        What to do about it ("re-export it, or leave it out").
    """

    def __init__(self, what: str, where: object = None, remedy: str | None = None) -> None:
        self.what, self.where, self.remedy = what, where, remedy
        parts = [what, None if where is None else str(where), remedy]
        super().__init__(", ".join(" ".join(part.split()) for part in parts if part))
