"""The policy network: one small scorer shared by all offers, and a value of the day so far."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from torch import nn

from rideflex.negotiation.observation import CONTEXT, OFFER

_WORTH = OFFER.index("expected worth")
_FIRST_SHARPNESS = 20.0
_WIDTH = 64


class OfferScorer(nn.Module):
    """Gives every offer a logit from its own features and the context.

    logit = β · expected worth + correction(offer features, context). The correction's last layer
    starts at zero, so that a fresh policy makes the offer of the largest expected worth, softened;
    only evidence moves it from there.

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
        correction = self.score(joint)[..., 0]
        return self.log_sharpness.exp() * offers[..., _WORTH] + correction

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
        self.mlp_extractor = OfferScorer(int(self.action_space.n))  # type: ignore[attr-defined]
        self.action_net = nn.Identity()
        self.value_net = nn.Linear(_WIDTH, 1)
        self.mlp_extractor.apply(partial(self.init_weights, gain=np.sqrt(2)))
        nn.init.zeros_(self.mlp_extractor.score.weight)
        self.optimizer = self.optimizer_class(
            self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs
        )
