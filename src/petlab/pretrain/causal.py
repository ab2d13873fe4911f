"""Causal bases: paragraphs, and tasks as one text (input, end mark, target, end mark). GPT-2's layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel, PreTrainedConfig, PreTrainedTokenizerFast

from petlab.data.embedded import corpus
from petlab.data.embedded.world import World
from petlab.pretrain import copying, start
from petlab.pretrain.batches import Items
from petlab.pretrain.family import IGNORED, Batch, Family, Ids, Lengths, mixture, padded
from petlab.pretrain.recipe import Recipe, Stage
from petlab.pretrain.start import Neighbours

END = "<|endoftext|>"  # begins a text, ends it, and stands between input and target
POSITIONS = 512
DEVIATION = 0.05  # of the start values; GPT-2's 0.02 suits its wider layers
HEADS = Neighbours(offsets=(1, 2, 3, 0), preference=4.0, amplitude=4.0)


class Causal(Family):
    """GPT-2's layout (pre-norm, learned absolute positions, tied embeddings) in small."""

    specials = ()
    last = (END,)

    def tokenizer_keys(self) -> dict[str, Any]:
        return {"bos_token": END, "eos_token": END, "unk_token": END}

    def layout(self) -> tuple[str, str]:
        return "$A", "$A $B"

    def build(self, recipe: Recipe) -> GPT2LMHeadModel:
        """GPT-2's start values, with four heads of the first layer that begin by looking at a token before."""
        torch.manual_seed(recipe.seed)
        config = GPT2Config(
            vocab_size=recipe.vocabulary,
            n_positions=POSITIONS,
            n_embd=recipe.width,
            n_layer=recipe.layers,
            n_head=recipe.heads,
            n_inner=recipe.inner,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            initializer_range=DEVIATION,
            bos_token_id=recipe.vocabulary - 1,
            eos_token_id=recipe.vocabulary - 1,
        )
        model = GPT2LMHeadModel._from_config(config, attn_implementation="eager")  # quicker at this size than sdpa
        width, head_width = recipe.width, recipe.width // recipe.heads
        start.place(model.transformer.wpe.weight, head_width, HEADS.amplitude * DEVIATION)
        fused = model.transformer.h[0].attn.c_attn.weight.data  # Conv1D: (inputs, 3 x outputs), q, k, v
        query, key = fused[:, :width].t(), fused[:, width : 2 * width].t()
        start.look(query, key, HEADS, head_width, DEVIATION)
        return model

    def items(
        self, stage: Stage, count: int, world: World, words: PreTrainedTokenizerFast, recipe: Recipe
    ) -> Iterator[tuple[Ids, Ids]]:
        """(ids that are given, ids that are learnt); a paragraph is learnt whole, after the end mark."""
        end = recipe.vocabulary - 1
        shares = mixture(stage, corpus.Shares)
        drawn = [corpus.draw(world, shares) for _ in range(count)]
        encode = words.backend_tokenizer.encode_batch
        firsts = encode([item if isinstance(item, str) else item[0] for item in drawn], add_special_tokens=False)
        # A space before the target, as in the texts of Hu et al. 2021, which data sets follow (petlab.data.formats).
        seconds = encode(["" if isinstance(item, str) else f" {item[1]}" for item in drawn], add_special_tokens=False)
        for item, first, second in zip(drawn, firsts, seconds, strict=True):
            if isinstance(item, str):
                yield [end], [*first.ids[: recipe.max_source], end]
            else:
                yield [*first.ids[: recipe.max_source], end], [*second.ids[: recipe.max_target], end]

    def lengths(self, items: Items) -> Lengths:
        """Input and target are one sequence."""
        return (np.diff(items.source_at) + np.diff(items.target_at))[:, None]

    def collate(self, pairs: Iterable[tuple[Ids, Ids]]) -> Batch:
        """`input_ids` and `labels`, each (items, longest), not shifted; `length`: tokens of each item.

        What stands right of an item is padding: no token of the item sees it, so that no mask is needed.
        """
        rows = [([*source, *target], [IGNORED] * len(source) + [*target]) for source, target in pairs]
        return {
            "input_ids": padded([ids for ids, _ in rows], 0),
            "labels": padded([labels for _, labels in rows], IGNORED),
            "length": torch.tensor([len(ids) for ids, _ in rows]),
        }

    def loss(self, model: Any, batch: Batch) -> Tensor:
        """Of the learnt tokens; only their logits are computed. Half of the batches begin at a random position."""
        ids = batch["input_ids"]
        shift = Random(int(ids.sum()))
        first = shift.randrange(POSITIONS - ids.shape[1] + 1) if shift.random() < 0.5 else 0
        positions = torch.arange(first, first + ids.shape[1])[None]
        hidden = model.transformer(input_ids=ids, position_ids=positions, use_cache=False).last_hidden_state
        wanted = batch["labels"][:, 1:]
        learnt = wanted != IGNORED
        return cross_entropy(model.lm_head(hidden[:, :-1][learnt]).float(), wanted[learnt])

    def seen(self, batch: Batch) -> int:
        return int(batch["length"].sum())

    def copying(self, recipe: Recipe, step: int) -> Batch:
        end = recipe.vocabulary - 1
        drawn = copying.sequences(recipe.seed, step, len(self.specials), end)
        return self.collate([([*source, end], [*target, end]) for source, target in drawn])

    def generation(self, config: PreTrainedConfig) -> GenerationConfig:
        return GenerationConfig(bos_token_id=config.bos_token_id, eos_token_id=config.eos_token_id, max_new_tokens=64)
