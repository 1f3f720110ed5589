"""Whatever can be called is declared in the register of who may what, and the register names nothing else."""

from tests.security.declared import gone, undeclared


def test_every_surface_is_declared():
    """Add a line to tests/security/matrix.toml that says who may; without one nobody should."""
    assert undeclared() == []


def test_the_register_names_nothing_that_is_gone():
    assert gone() == []
