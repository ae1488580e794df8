"""Published instances of pick-up and delivery."""
