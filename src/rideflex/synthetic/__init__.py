"""Made-up service areas and services, and outcomes drawn from an area."""

from rideflex.synthetic.bookings import BookingSettings, generate_bookings
from rideflex.synthetic.generate import AreaSettings, generate_area

__all__ = ["AreaSettings", "BookingSettings", "generate_area", "generate_bookings"]
