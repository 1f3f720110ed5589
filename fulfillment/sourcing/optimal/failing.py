"""What the solver says when it does not end as it must; apart, so that who only hears of it loads no solver."""


class SolverFailed(Exception):
    """The solver did not end as it must; carries the status in words."""
