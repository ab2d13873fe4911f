"""From a recipe to a folder with weights, config and tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from petlab.device import keep_memory
from petlab.pretrain import batches, checkpoint, loop, tokenizer
from petlab.pretrain.families import FAMILIES
from petlab.pretrain.family import Family
from petlab.pretrain.recipe import Budget, Recipe

CHECKPOINT = "checkpoint.safetensors"


def say(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


def produce(
    recipe: Recipe, work: Path, out: Path, budget: Budget, *, text: Path | None = None, words: Path | None = None
) -> Path:
    """Tokenizer, text, training, export. Steps that were done before are taken from `work`.

    Args:
        recipe, budget: what to do, and for how long.
        work: folder of the tokenizer, the tokenised text and the checkpoint.
        out: folder of the finished model.
        text: folder of the tokenised text, where several sizes share it.
        words: folder of a tokenizer that is there already.
    """
    keep_memory()
    family = FAMILIES[recipe.family]
    vocabulary = AutoTokenizer.from_pretrained(words) if words else _tokenizer(recipe, family, work / "tokenizer")

    def items_of(stage: int) -> batches.Items:
        items = batches.load_or_make(recipe, family, stage, vocabulary, text or work, say)
        say(f"stage {stage + 1}: {len(items)} items, {items.tokens / 1e6:.1f} M tokens")
        return items

    model, position = loop.train(recipe, family, items_of, work / CHECKPOINT, budget, say)
    export(model, family, vocabulary, out)
    say(f"{position.step} steps, {position.tokens / 1e6:.1f} M tokens, {position.seconds / 60:.1f} minutes: {out}")
    return out


def _tokenizer(recipe: Recipe, family: Family, folder: Path) -> PreTrainedTokenizerFast:
    if not (folder / "tokenizer.json").is_file():
        say("training the tokenizer")
        tokenizer.train(family, recipe.vocabulary, recipe.tokenizer_items, recipe.seed).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def export(model: Any, family: Family, words: PreTrainedTokenizerFast, out: Path) -> None:
    """Write the model in bf16 with its tokenizer; the model given stays as it is."""
    copy = type(model)(model.config)
    copy.load_state_dict(model.state_dict())
    generation = family.generation(model.config)
    if generation is not None:
        copy.generation_config = generation
    copy.to(torch.bfloat16).save_pretrained(out)
    words.save_pretrained(out)


def export_checkpoint(recipe: Recipe, work: Path, out: Path) -> Path:
    """Write the model of a checkpoint that training has left behind or is still writing."""
    family = FAMILIES[recipe.family]
    model = family.build(recipe)
    checkpoint.restore(work / CHECKPOINT, recipe, model)
    export(model, family, _tokenizer(recipe, family, work / "tokenizer"), out)
    return out
