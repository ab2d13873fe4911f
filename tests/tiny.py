"""A base and a data set small enough to train in a second, made on the spot."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

COLOURS = ("red", "blue", "green", "grey")


def write_base(folder: Path, dropout: float = 0.1) -> Path:
    """A T5 of one block with a byte-level tokenizer, saved as `from_pretrained` reads it."""
    vocabulary = _write_tokenizer(folder, "$A </s>", pad_token="<pad>")
    torch.manual_seed(1)
    config = T5Config(
        vocab_size=vocabulary, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        feed_forward_proj="gated-gelu", decoder_start_token_id=0, dropout_rate=dropout,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


def write_encoder(folder: Path) -> Path:
    """A BERT of one block, 80 positions, whose tokenizer joins pairs and tells their segments."""
    pair = "<s> $A </s> $B:1 </s>:1"
    vocabulary = _write_tokenizer(folder, "<s> $A </s>", pair, pad_token="<pad>", cls_token="<s>")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=80, pad_token_id=0, initializer_range=0.2,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    return folder


def write_decoder(folder: Path) -> Path:
    """A GPT-2 of one block, 160 positions, whose tokenizer adds nothing and has no padding token."""
    vocabulary = _write_tokenizer(folder, "$A")
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=vocabulary, n_embd=16, n_layer=1, n_head=2, n_positions=160, bos_token_id=1, eos_token_id=1,
        initializer_range=0.2,
    )  # fmt: skip
    GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


def _write_tokenizer(folder: Path, single: str, pair: str | None = None, **special: str) -> int:
    """Bytes as tokens, after four special ones; the size of the vocabulary."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {word: number for number, word in enumerate(["<pad>", "</s>", "<unk>", *alphabet, "<s>"])}
    tokenizer = Tokenizer(models.BPE(vocab=words, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    if single != "$A":
        marks = [("</s>", 1), ("<s>", words["<s>"])]
        tokenizer.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=marks)
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if pair else [])]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>", model_input_names=names, **special
    )
    fast.save_pretrained(folder)
    return len(words)


def write_cola(folder: Path, rows: int = 60) -> Path:
    """A data root with CoLA's files: made-up strings, labelled by their first letter."""
    draw = random.Random(0)
    for split, number in (("train", rows), ("dev", 12)):
        path = folder / "glue" / "CoLA" / f"{split}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            for row in range(number):
                words = [draw.choice(COLOURS) + str(draw.randrange(1000)) for _ in range(3)]
                writer.writerow(["xx", str(int(words[0] < "f")), "", f"{split} {row} {' '.join(words)}"])
    return folder


def write_stsb(folder: Path, rows: int = 60) -> Path:
    """A data root with STS-B's files: made-up pairs, scored by the colours they share."""
    draw = random.Random(0)
    header = [
        "index",
        "genre",
        "filename",
        "year",
        "old_index",
        "source1",
        "source2",
        "sentence1",
        "sentence2",
        "score",
    ]
    for split, number in (("train", rows), ("dev", 12)):
        path = folder / "glue" / "STS-B" / f"{split}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ["\t".join(header)]
        for row in range(number):
            first, second = ([draw.choice(COLOURS) for _ in range(3)] for _ in range(2))
            score = sum(one == other for one, other in zip(first, second, strict=True)) * 5 / 3
            texts = [f"{split} {row} {' '.join(first)}", f"{row} {' '.join(second)} {draw.randrange(1000)}"]
            lines.append("\t".join([str(row), *["x"] * 6, *texts, f"{score:.3f}"]))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def overrides(base: Path, root: Path, results: Path, family: str = "seq2seq") -> list[str]:
    """A cell on a tiny base and data."""
    return [
        f"model.family={family}",
        f"model.path={base}",
        "dataset=glue/cola",
        f"data.root={root}",
        f"paths.results={results}",
        "scale.rows=32",
        "scale.epochs=2",
        "limits.test=6",
        "limits.validation=6",
        "train.threads=1",
        "train.precision=fp32",
    ]
