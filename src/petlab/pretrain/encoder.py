"""Encoder bases: masked language modelling of texts and pairs, and the first token names the gist. RoBERTa's layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

from petlab.data.embedded import cloze
from petlab.data.embedded.cloze import Cloze
from petlab.data.embedded.world import World
from petlab.pretrain import copying, start
from petlab.pretrain.batches import Items
from petlab.pretrain.family import IGNORED, Batch, Family, Ids, Lengths, mixture, padded
from petlab.pretrain.recipe import Recipe, Stage
from petlab.pretrain.start import Neighbours

BEGIN, PAD, END, UNKNOWN, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
BEGIN_ID, PAD_ID, END_ID = 0, 1, 2
POSITIONS = 512
DEVIATION = 0.05  # of the start values; RoBERTa's 0.02 suits its wider layers
HEADS = Neighbours(offsets=(1, -1, 2, -2), preference=4.0, amplitude=4.0)
NOT_LEARNT = 65_535  # the label of most tokens, as the items are stored
# Share of the tokens that are learnt in the first and in the second segment.
DENSITY = {"text": (0.2, 0.0), "inference": (0.05, 0.05), "rewriting": (0.08, 0.4)}
COPIED = 0.5  # share of the tokens masked in a copy of a random sequence
UNCHANGED = 0.15  # share of a judged sentence's faultless tokens that are learnt all the same


class Encoder(Family):
    """RoBERTa's layout (post-norm, learned absolute positions from 2 on, tied embeddings) in small."""

    specials = (BEGIN, PAD, END, UNKNOWN)
    last = (MASK,)

    def tokenizer_keys(self) -> dict[str, Any]:
        return {
            "bos_token": BEGIN, "cls_token": BEGIN, "pad_token": PAD, "eos_token": END, "sep_token": END,
            "unk_token": UNKNOWN, "mask_token": MASK,
        }  # fmt: skip

    def layout(self) -> tuple[str, str]:
        return f"{BEGIN} $A {END}", f"{BEGIN} $A {END} {END} $B {END}"

    def build(self, recipe: Recipe) -> RobertaForMaskedLM:
        """RoBERTa's start values, with four heads of the first layer that begin by looking at a neighbour."""
        torch.manual_seed(recipe.seed)
        config = RobertaConfig(
            vocab_size=recipe.vocabulary,
            hidden_size=recipe.width,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            intermediate_size=recipe.inner,
            max_position_embeddings=POSITIONS + PAD_ID + 1,
            type_vocab_size=1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            initializer_range=DEVIATION,
            layer_norm_eps=1e-5,
            bos_token_id=BEGIN_ID,
            pad_token_id=PAD_ID,
            eos_token_id=END_ID,
        )
        model = RobertaForMaskedLM._from_config(config, attn_implementation="eager")  # quicker at this size than sdpa
        head_width = recipe.width // recipe.heads
        start.place(model.roberta.embeddings.position_embeddings.weight, head_width, HEADS.amplitude * DEVIATION)
        attention = model.roberta.encoder.layer[0].attention.self
        start.look(attention.query.weight, attention.key.weight, HEADS, head_width, DEVIATION)
        return model

    def items(
        self, stage: Stage, count: int, world: World, words: PreTrainedTokenizerFast, recipe: Recipe
    ) -> Iterator[tuple[Ids, Ids]]:
        """(ids that are read, label of each); `NOT_LEARNT` where nothing is."""
        shares = mixture(stage, cloze.Shares)
        drawn = [cloze.draw(world, shares) for _ in range(count)]
        firsts, seconds, mended = (
            [each.ids for each in words.backend_tokenizer.encode_batch(texts, add_special_tokens=False)]
            for texts in zip(*((item.first, item.second or "", item.mended or "") for item in drawn), strict=True)
        )
        gists = {word for item in drawn for word in item.gist}
        single = {word: ids[0] for word in gists if len(ids := words.encode(f" {word}", add_special_tokens=False)) == 1}
        for item, first, second, whole in zip(drawn, firsts, seconds, mended, strict=True):
            gist = next((single[word] for word in item.gist if word in single), NOT_LEARNT)
            read, labels = self._segments(item, first, second, whole, recipe, world.rng)
            yield [BEGIN_ID, *read], [gist, *labels]

    def _segments(self, item: Cloze, first: list[int], second: list[int], mended: list[int], recipe: Recipe,
                  rng: Random) -> tuple[list[int], list[int]]:  # fmt: skip
        """What stands after the first token."""
        if item.kind == "judgement":
            return [*first, END_ID], [*restored(first, mended, rng), NOT_LEARNT]
        density = DENSITY[item.kind]
        read, labels = masked(first[: recipe.max_source], density[0], recipe.vocabulary, rng)
        read, labels = [*read, END_ID], [*labels, NOT_LEARNT]
        if item.second is not None:
            more, more_labels = masked(second[: recipe.max_target], density[1], recipe.vocabulary, rng)
            read, labels = [*read, END_ID, *more, END_ID], [*labels, NOT_LEARNT, *more_labels, NOT_LEARNT]
        return read, labels

    def lengths(self, items: Items) -> Lengths:
        """A label belongs to each token that is read."""
        return np.diff(items.source_at)[:, None]

    def collate(self, pairs: Iterable[tuple[Ids, Ids]]) -> Batch:
        """`input_ids` padded with 1 and `labels` with -100, each (items, longest)."""
        read, labels = zip(*pairs, strict=True)
        made = padded(labels, NOT_LEARNT)
        return {"input_ids": padded(read, PAD_ID), "labels": made.masked_fill(made == NOT_LEARNT, IGNORED)}

    def loss(self, model: Any, batch: Batch) -> Tensor:
        """Mean over the masked tokens plus mean over the gists; only their logits are computed."""
        ids, labels = batch["input_ids"], batch["labels"]
        hidden = model.roberta(input_ids=ids, attention_mask=(ids != PAD_ID).long()).last_hidden_state
        learnt = labels != IGNORED
        losses = cross_entropy(model.lm_head(hidden[learnt]).float(), labels[learnt], reduction="none")
        is_gist = (torch.arange(ids.shape[1]) == 0).expand_as(labels)[learnt]
        # `sum / max(1, n)`: a batch may lack either kind.
        parts = (
            losses[is_gist].sum() / max(1, int(is_gist.sum())),
            losses[~is_gist].sum() / max(1, int((~is_gist).sum())),
        )
        return parts[0] + parts[1]

    def seen(self, batch: Batch) -> int:
        return int((batch["input_ids"] != PAD_ID).sum())

    def copying(self, recipe: Recipe, step: int) -> Batch:
        rng = Random(step)
        pairs: list[tuple[Ids, Ids]] = []
        for source, target in copying.sequences(recipe.seed, step, len(self.specials), recipe.vocabulary - 1):
            read, labels = masked(list(target), COPIED, recipe.vocabulary, rng)
            gap = [NOT_LEARNT] * (len(source) + 3)
            pairs.append(([BEGIN_ID, *source, END_ID, END_ID, *read, END_ID], [*gap, *labels, NOT_LEARNT]))
        return self.collate(pairs)


def masked(ids: list[int], density: float, vocabulary: int, rng: Random) -> tuple[list[int], list[int]]:
    """What is read, and the labels: of the tokens chosen, 80 % are masked, 10 % another token, 10 % as they are.

    BERT's shares (Devlin et al. 2019, section 3.1). At least one token is chosen where the density is not 0.
    """
    read, labels = list(ids), [NOT_LEARNT] * len(ids)
    if not density or not ids:
        return read, labels
    for index in rng.sample(range(len(ids)), max(1, round(density * len(ids)))):
        labels[index] = ids[index]
        roll = rng.random()
        if roll < 0.8:
            read[index] = vocabulary - 1
        elif roll < 0.9:
            read[index] = rng.randrange(len(Encoder.specials), vocabulary - 1)
    return read, labels


def restored(ids: list[int], mended: list[int], rng: Random) -> list[int]:
    """Labels of a judged sentence: the right token where a wrong one stands, and some of the others as they are.

    A masked language model also has to restore tokens that were replaced; here the replacement is a fault of grammar.
    """
    labels = [NOT_LEARNT] * len(ids)
    for tag, begin, end, other, last in SequenceMatcher(a=ids, b=mended, autojunk=False).get_opcodes():
        for index in range(begin, end):
            if tag == "equal" and rng.random() < UNCHANGED:
                labels[index] = ids[index]
            elif tag == "replace" and end - begin == last - other:
                labels[index] = mended[other + index - begin]
    return labels
