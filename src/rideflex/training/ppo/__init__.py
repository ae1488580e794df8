"""Masked PPO: algorithm, network, and the trained policy."""
