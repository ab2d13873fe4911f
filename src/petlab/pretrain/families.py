"""The families there are, by the name a recipe gives."""

from __future__ import annotations

from petlab.pretrain.causal import Causal
from petlab.pretrain.encoder import Encoder
from petlab.pretrain.family import Family
from petlab.pretrain.seq2seq import Seq2Seq

FAMILIES: dict[str, Family] = {"seq2seq": Seq2Seq(), "encoder": Encoder(), "causal": Causal()}
