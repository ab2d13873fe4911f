"""What each family makes of the mixture: what is read, what is learnt, and nothing that gives the answer away."""

from __future__ import annotations

from random import Random

import pytest
import torch

from petlab.data.embedded.world import World
from petlab.pretrain import copying
from petlab.pretrain.causal import Causal
from petlab.pretrain.encoder import COPIED, MASK, NOT_LEARNT, Encoder, masked, restored
from petlab.pretrain.families import FAMILIES
from petlab.pretrain.family import IGNORED
from tests.pretrain.small import NAMES, small, words


@pytest.mark.parametrize("name", NAMES)
def test_special_tokens_have_their_ids(name: str) -> None:
    family, made = FAMILIES[small(name).family], words(name)
    assert len(made) == small(name).vocabulary
    assert made.convert_ids_to_tokens(list(range(len(family.specials)))) == list(family.specials)
    assert made.convert_ids_to_tokens([599 - at for at in range(len(family.last))]) == list(family.last)[::-1]


def test_pairs_are_joined_as_roberta_does() -> None:
    made = words("nano_roberta")
    assert made.convert_ids_to_tokens(made("a", "b")["input_ids"]) == ["<s>", "a", "</s>", "</s>", "b", "</s>"]
    assert made.mask_token == MASK


def test_items_of_seq2seq_end_with_the_end_token() -> None:
    recipe = small("nano_t5")
    for source, target in FAMILIES["seq2seq"].items(recipe.stages[0], 40, World(Random(1)), words("nano_t5"), recipe):
        assert source[-1] == target[-1] == 1


def test_causal_items_are_given_and_learnt_text_between_end_marks() -> None:
    recipe, made = small("nano_gpt2"), words("nano_gpt2")
    items = list(Causal().items(recipe.stages[0], 60, World(Random(1)), made, recipe))
    assert all(given[-1] == learnt[-1] == made.eos_token_id for given, learnt in items)
    tasks = [(given, learnt) for given, learnt in items if len(given) > 1]
    assert 20 < len(tasks) < 60
    assert all(made.decode(learnt).startswith(" ") for _, learnt in tasks)
    batch = Causal().collate(items)
    given, learnt = items[0]
    row = len(given) + len(learnt)
    assert batch["input_ids"][0, :row].tolist() == [*given, *learnt]
    assert batch["labels"][0].tolist()[: len(given)] == [IGNORED] * len(given)
    assert batch["labels"][0].tolist()[len(given) : row] == list(learnt)


def test_causal_loss_is_the_library_s() -> None:
    recipe = small("nano_gpt2")
    family = Causal()
    model = family.build(recipe).eval()
    items = list(family.items(recipe.stages[0], 12, World(Random(2)), words("nano_gpt2"), recipe))
    batch = family.collate(items)
    ids = batch["input_ids"]
    shift = Random(int(ids.sum()))
    first = shift.randrange(512 - ids.shape[1] + 1) if shift.random() < 0.5 else 0
    positions = torch.arange(first, first + ids.shape[1])[None]
    wanted = model(input_ids=ids, position_ids=positions, labels=batch["labels"]).loss
    assert torch.allclose(family.loss(model, batch), wanted, atol=1e-5)


def test_masking_keeps_what_is_learnt_and_hides_most_of_it() -> None:
    ids = [5 + index % 500 for index in range(2_000)]
    read, labels = masked(ids, 0.2, 600, Random(0))
    learnt = [index for index, label in enumerate(labels) if label != NOT_LEARNT]
    assert len(learnt) == 400
    assert all(labels[index] == ids[index] for index in learnt)
    assert all(read[index] == ids[index] for index in range(len(ids)) if index not in learnt)
    hidden = sum(read[index] == 599 for index in learnt)
    assert 0.72 < hidden / len(learnt) < 0.88
    assert masked(ids, 0.0, 600, Random(0)) == (ids, [NOT_LEARNT] * len(ids))


def test_restoring_names_the_right_token_where_a_wrong_one_stands() -> None:
    labels = restored([7, 8, 9, 10], [7, 88, 9, 10], Random(0))
    assert labels[1] == 88
    assert all(label in (NOT_LEARNT, token) for label, token in zip(labels, [7, 88, 9, 10], strict=True))
    assert 88 not in restored([7, 8, 9], [7, 88, 89, 9], Random(0))  # no position belongs to two tokens


def test_the_gist_stands_at_the_first_token_and_is_one_word() -> None:
    recipe, made = small("nano_roberta"), words("nano_roberta")
    items = list(Encoder().items(recipe.stages[0], 200, World(Random(3)), made, recipe))
    assert all(len(read) == len(labels) and read[0] == made.bos_token_id for read, labels in items)
    gists = [labels[0] for _, labels in items if labels[0] != NOT_LEARNT]
    assert gists and all(made.decode([gist]).startswith(" ") for gist in gists)


def test_encoder_loss_is_the_mean_over_masks_plus_the_mean_over_gists() -> None:
    recipe = small("nano_roberta")
    family = Encoder()
    model = family.build(recipe).eval()
    batch = family.collate(list(family.items(recipe.stages[0], 30, World(Random(4)), words("nano_roberta"), recipe)))
    labels = batch["labels"]
    logits = model(input_ids=batch["input_ids"], attention_mask=(batch["input_ids"] != 1).long()).logits
    means = [
        torch.nn.functional.cross_entropy(
            logits[:, part].flatten(0, 1), labels[:, part].flatten(), ignore_index=IGNORED
        )
        for part in (slice(0, 1), slice(1, None))
    ]
    assert torch.allclose(family.loss(model, batch), means[0] + means[1], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_copied_tokens_can_be_read_elsewhere(name: str) -> None:
    recipe = small(name)
    family = FAMILIES[recipe.family]
    low = len(family.specials)
    pairs = copying.sequences(recipe.seed, 200, low, recipe.vocabulary - len(family.last))
    for source, target in pairs:
        assert {token for token in target if token >= low + 60} <= set(source)
    batch = family.copying(recipe, 200)
    assert len(batch["input_ids"]) == len(pairs)
    learnt = int((batch["labels"] != IGNORED).sum())
    whole = sum(len(target) for _, target in pairs)
    assert learnt == (whole + len(pairs) if name != "nano_roberta" else pytest.approx(COPIED * whole, rel=0.2))
