"""Import paths of release 0.1 still lead to what they led to."""

from __future__ import annotations

from importlib import import_module

import pytest

from rideflex._moved import MOVED, MOVED_NAMES

PUBLISHED = [
    ("rideflex.columns", "CONTEXT", "rideflex.tables.columns"),
    ("rideflex.data", "read_area", "rideflex.areas"),
    ("rideflex.data", "generate_area", "rideflex.synthetic"),
    ("rideflex.negotiation", "ENVIRONMENT", "rideflex.training.environment"),
    ("rideflex.negotiation", "Simulation", "rideflex.training.environment"),
    ("rideflex.negotiation.evaluation", "play", "rideflex.evaluation.play"),
    ("rideflex.posterior", "FlexibilityPosterior", "rideflex.models.posterior"),
    ("rideflex.routing.reoptimise", "reoptimise", "rideflex.routing.search.reoptimise"),
]


@pytest.mark.parametrize(("module", "name", "home"), PUBLISHED)
def test_published_names_are_found_with_a_warning(module: str, name: str, home: str) -> None:
    """A name of the published pages is the very object of today, and says where it went."""
    with pytest.warns(DeprecationWarning, match=f"{module}.{name} has moved to {home}"):
        found = getattr(import_module(module), name)
    assert found is getattr(import_module(home), name)


def test_every_home_is_there() -> None:
    """No entry of the list leads nowhere, and no old module hides one that exists."""
    for homes in MOVED.values():
        for home in homes:
            import_module(home)
    for names in MOVED_NAMES.values():
        for name, home in names.items():
            assert hasattr(import_module(home), name)


@pytest.mark.parametrize("module", ["rideflex.columns", "rideflex.negotiation"])
def test_a_name_that_never_was_is_an_attribute_error(module: str) -> None:
    """Misspelt names fail as they do in any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = import_module(module).nothing
