"""Before and after, side by side, in one run."""
