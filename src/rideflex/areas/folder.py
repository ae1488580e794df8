"""Names of the files of a service-area folder."""

DECISIONS = "decisions.csv"
TRIPS = "trips.csv"
TRAVEL_TIMES = "travel_times.csv"
TRAVELERS = "travelers.csv"
FILES = (DECISIONS, TRIPS, TRAVEL_TIMES, TRAVELERS)
