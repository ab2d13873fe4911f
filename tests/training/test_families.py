"""Families: what a batch looks like, that padding changes nothing, and what an answer is."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional

from petlab.attachment import attach
from petlab.data.spec import GenerationSpec
from petlab.data.tokens import Row
from petlab.methods.pre_embed import PreEmbed
from petlab.methods.pre_layer import PreLayer
from petlab.methods.prefix import Prefix
from petlab.training.batching import IGNORED
from petlab.training.families import Causal, Encoder, Family, Seq2Seq
from petlab.training.generation import generate
from tests.small_models import FAMILIES, VOCABULARY, small_model

END = VOCABULARY  # an id that small models never write, so that every output has the longest length


class Numbers:
    """A tokenizer that writes ids as numbers."""

    def decode(self, ids: torch.Tensor, *, skip_special_tokens: bool) -> str:
        assert skip_special_tokens
        return " ".join(str(int(number)) for number in ids)

    def batch_decode(self, rows: torch.Tensor, *, skip_special_tokens: bool) -> list[str]:
        return [self.decode(row, skip_special_tokens=skip_special_tokens) for row in rows]


def rows(lengths: list[int], *, gold: bool = True) -> list[Row]:
    draw = torch.Generator().manual_seed(3)
    made = []
    for length in lengths:
        source = torch.randint(3, VOCABULARY, (length,), generator=draw).tolist()
        made.append(Row(tuple(source), (source[0], 2) if gold else (source[0] % 2,)))
    return made


def family_for(name: str, labels: tuple[str, ...] = ("no", "yes")) -> Family:
    kind = FAMILIES[name]
    if kind == "encoder":
        return Encoder(0, labels)
    return Seq2Seq(0) if kind == "seq2seq" else Causal(0, END, show_labels=True)


def test_text_to_text_pads_masks_and_ignores() -> None:
    batch = Seq2Seq(0).collate([Row((5, 6, 1), (7, 1)), Row((5, 1), (7, 8, 9, 1))])
    assert batch.input_ids.tolist() == [[5, 6, 1], [5, 1, 0]]
    assert batch.attention_mask.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch.labels.tolist() == [[7, 1, IGNORED, IGNORED], [7, 8, 9, 1]]
    assert batch.golds == 6 and batch.input_ids.dtype == torch.long


def test_a_causal_batch_teaches_the_completion_alone() -> None:
    batch = Causal(9, 2).collate([Row((5, 6), (7, 2)), Row((5,), (2,))])
    assert batch.input_ids.tolist() == [[5, 6, 7, 2], [5, 2, 9, 9]]
    assert batch.attention_mask.tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]
    assert batch.labels.tolist() == [[IGNORED, IGNORED, 7, 2], [IGNORED, 2, IGNORED, IGNORED]]
    assert batch.golds == 3


def test_an_encoder_batch_has_one_gold_answer_a_row() -> None:
    pair = [Row((5, 6, 7), (1,), (0, 0, 1)), Row((5, 6), (0,), (0, 1))]
    batch = Encoder(0, ("no", "yes")).collate(pair)
    assert batch.labels.tolist() == [1, 0] and batch.labels.dtype == torch.long and batch.golds == 2
    assert batch.token_type_ids is not None and batch.token_type_ids.tolist() == [[0, 0, 1], [0, 1, 0]]
    scores = Encoder(0, ()).collate([Row((5,), (2.5,))])
    assert scores.labels.tolist() == [2.5] and scores.token_type_ids is None


@pytest.mark.parametrize("name", FAMILIES)
def test_the_loss_of_a_batch_is_the_sum_of_its_rows(name: str) -> None:
    """So no padded position and no neighbour has a part in it."""
    model, family = small_model(name), family_for(name)
    data = rows([4, 9, 6], gold=FAMILIES[name] != "encoder")
    with torch.no_grad():
        together = family.loss_sum(model, family.collate(data))
        alone = sum(family.loss_sum(model, family.collate([row])) for row in data)
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-5)


def test_the_causal_loss_is_that_of_the_completion() -> None:
    model = small_model("gpt2")
    row = Row((5, 6, 7), (8, 9, 2))
    logits = model(torch.tensor([[*row.source, *row.target]])).logits[0]
    expected = functional.cross_entropy(logits[2:5], torch.tensor(row.target), reduction="sum")
    family = Causal(0, END)
    torch.testing.assert_close(family.loss_sum(model, family.collate([row])), expected)


def test_the_loss_of_scores_is_the_squared_distance() -> None:
    model, family = small_model("bert"), Encoder(0, ())
    model.classifier = torch.nn.Linear(16, 1)
    data = [Row((5, 6, 7), (2.5,)), Row((8, 9), (4.0,))]
    answers = generate(model, None, data, family, batch=2, precision="fp32", decoding=decoding())
    expected = sum((float(answer) - row.target[0]) ** 2 for answer, row in zip(answers, data, strict=True))
    assert family.loss_sum(model, family.collate(data)).item() == pytest.approx(expected, rel=1e-5)


def decoding(beams: int = 1) -> GenerationSpec:
    return GenerationSpec(beams=beams, max_new_tokens=5)


def ask(model: Any, data: list[Row], family: Family, batch: int, beams: int = 1) -> list[str]:
    tokenizer = Numbers()
    return generate(model, tokenizer, data, family, batch=batch, precision="fp32", decoding=decoding(beams))


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family != "encoder"])
@pytest.mark.parametrize("beams", [1, 3])
def test_texts_are_equal_in_a_batch_and_alone_and_in_the_order_of_the_rows(name: str, beams: int) -> None:
    """Causal prompts are padded on the left, and positions count from the first real token."""
    model, family = small_model(name), family_for(name)
    data = rows([4, 9, 6, 11, 3])
    together = ask(model, data, family, 5 * beams, beams)
    assert together == [ask(model, [row], family, beams, beams)[0] for row in data]
    assert len(set(together)) > 1


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family == "encoder"])
def test_numbers_are_equal_in_a_batch_and_alone_and_in_the_order_of_the_rows(name: str) -> None:
    model, family = small_model(name), Encoder(0, ())
    data = rows([4, 9, 6, 11, 3])
    together = [float(answer) for answer in ask(model, data, family, 5)]
    assert together == pytest.approx([float(ask(model, [row], family, 1)[0]) for row in data], rel=1e-4)
    assert len(set(together)) == len(data)


METHODS = {
    "pre_embed": PreEmbed(prefix_length=3, infix_length=2, init_std=1.0),
    "pre_layer": PreLayer(prefix_length=3, infix_length=2, init_std=1.0),
    "prefix": Prefix(prefix_length=3),
}


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family == "causal"])
@pytest.mark.parametrize("method", METHODS)
def test_tokens_of_a_method_stand_where_training_put_them(name: str, method: str) -> None:
    """Loss and generation place prefix and infix alike: the greedy answer is the one that the loss thinks best."""
    model, family = small_model(name), family_for(name)
    with attach(METHODS[method], model, seed=0):
        data = rows([4, 9, 6])
        answers = ask(model, data, family, 3)
        assert answers == ask(model, data, family, 1)
        for row, answer in zip(data, answers, strict=True):
            written = [int(word) for word in answer.split()]
            batch = family.collate([Row(row.source, tuple(written))])
            with torch.no_grad():
                logits = model(batch.input_ids, attention_mask=batch.attention_mask, labels=batch.labels).logits[0]
            assert logits[len(row.source) - 1 : -1].argmax(1).tolist() == written
