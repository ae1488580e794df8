"""Play policies on unseen days, re-optimise alike, compare."""
