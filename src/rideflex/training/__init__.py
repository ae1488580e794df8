"""Meta-training: the policy and the flexibility model, learned together."""
