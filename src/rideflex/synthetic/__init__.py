"""Made-up service areas, and outcomes drawn from an area."""

from rideflex.synthetic.generate import AreaSettings, generate_area

__all__ = ["AreaSettings", "generate_area"]
