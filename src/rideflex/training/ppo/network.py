"""The policy network: one small scorer shared by all offers, and a value of the day so far."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from torch import nn

from rideflex.training.environment.observation import CONTEXT, GAINS, OFFER

_ACCEPT = OFFER.index("acceptance")
_MINUTES, _QUESTION = OFFER.index("price of the minutes"), OFFER.index("price of the question")
_SHIFTED = OFFER.index("shifted minutes")
_FIRST_SHARPNESS = 8.0
_WIDTH = 64


class OfferScorer(nn.Module):
    """Gives every offer a logit from its own features and the context.

    logit = β · (P(accept) · (w · gains + correction - price of the minutes) - price of asking).
    w starts as 1 for the saving at once and 0 for the gains beside other trips, and the correction
    (a small network on the offer's features and the context) starts at 0: a fresh policy is the
    softmax of the expected saving with inverse temperature β = 8, and only evidence moves it.
    No shift has no gain, no correction and no price, so its logit stays 0.

    Parameters
    ----------
    n_offers
        Offers of the grid.
    """

    def __init__(self, n_offers: int) -> None:
        super().__init__()
        self.n_offers = n_offers
        self.latent_dim_pi, self.latent_dim_vf = n_offers, _WIDTH
        self.log_sharpness = nn.Parameter(torch.tensor(float(np.log(_FIRST_SHARPNESS))))
        self.gains = nn.Parameter(torch.eye(len(GAINS))[0])
        self.context = nn.Sequential(nn.Linear(len(CONTEXT), _WIDTH), nn.Tanh())
        self.offer = nn.Linear(len(OFFER), _WIDTH)
        self.joint = nn.Sequential(nn.Tanh(), nn.Linear(_WIDTH, _WIDTH), nn.Tanh())
        self.score = nn.Linear(_WIDTH, 1)
        self.value = nn.Sequential(
            nn.Linear(len(CONTEXT) + 2 * len(OFFER), _WIDTH),
            nn.Tanh(),
            nn.Linear(_WIDTH, _WIDTH),
            nn.Tanh(),
        )

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits [B, A] and the latent value [B, width]."""
        return self.forward_actor(features), self.forward_critic(features)

    def forward_actor(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits [B, A]."""
        context, offers = self._apart(features)
        joint = self.joint(self.context(context)[:, None, :] + self.offer(offers))
        correction = self.score(joint)[..., 0] * (offers[..., _SHIFTED] > 0)
        value = offers[..., : len(GAINS)] @ self.gains + correction
        worth = offers[..., _ACCEPT] * (value - offers[..., _MINUTES]) - offers[..., _QUESTION]
        logits: torch.Tensor = self.log_sharpness.exp() * worth
        return logits

    def forward_critic(self, features: torch.Tensor) -> torch.Tensor:
        """Return the latent value [B, width], from the context and the offers' mean and best."""
        context, offers = self._apart(features)
        pooled = torch.cat([context, offers.mean(dim=1), offers.amax(dim=1)], dim=1)
        latent: torch.Tensor = self.value(pooled)
        return latent

    def _apart(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        context, offers = features[:, : len(CONTEXT)], features[:, len(CONTEXT) :]
        return context, offers.reshape(len(features), self.n_offers, len(OFFER))


class OfferPolicy(MaskableActorCriticPolicy):
    """MaskablePPO's actor and critic, built on an `OfferScorer`."""

    def _build(self, lr_schedule: Any) -> None:
        scorer = OfferScorer(int(self.action_space.n))  # type: ignore[attr-defined]
        scorer.apply(partial(self.init_weights, gain=np.sqrt(2)))
        nn.init.zeros_(scorer.score.weight)
        self.mlp_extractor = scorer  # type: ignore[assignment]
        self.action_net = nn.Identity()
        self.value_net = nn.Linear(_WIDTH, 1)
        self.optimizer = self.optimizer_class(
            self.parameters(),
            lr=lr_schedule(1),  # type: ignore[call-arg]
            **self.optimizer_kwargs,
        )
