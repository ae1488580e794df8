"""Names of the files of a service-area folder."""

from rideflex.tables.columns import DECISIONS_FILE

DECISIONS = DECISIONS_FILE
TRIPS = "trips.csv"
TRAVEL_TIMES = "travel_times.csv"
TRAVELERS = "travelers.csv"
ZONE_PLACES = "places.csv"
FILES = (DECISIONS, TRIPS, TRAVEL_TIMES, TRAVELERS)
