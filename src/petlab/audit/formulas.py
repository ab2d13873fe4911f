"""The papers' parameter counts by hand: the arithmetic of each row's construction, from the sizes of its model.

Sizes: RoBERTa-base has 12 blocks of width 768; RoBERTa-large, BERT-large and GPT-2 medium 24 of 1,024; GPT-2 large 36
of 1,280; DeBERTa-v2-XXL 48 of 1,536; GPT-3 96 of 12,288; BART-large 12 + 12 of 1,024; FLAN-T5-XL 24 + 24 of 2,048.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from petlab.audit.figures import Kind
from petlab.audit.match import figure, rounds


@dataclass(frozen=True)
class Account:
    """How a printed count comes about.

    Attributes:
        formula: the count of the row's construction, as arithmetic.
        reading: other arithmetic, which gives the printed figure where the formula does not; empty where none is known.
        at: the figure at the digits it was rounded to, where it is printed with more (`125M` for `125.0M`).
        why: what the reading counts; without a reading a remark.
    """

    formula: str
    reading: str = ""
    at: str = ""
    why: str = ""


ROBERTA_BASE = "(50265 + 514 + 1 + 2) * 768 + 12 * (12 * 768**2 + 13 * 768)"
ROBERTA_LARGE = "(50265 + 514 + 1 + 2) * 1024 + 24 * (12 * 1024**2 + 13 * 1024)"
DEBERTA = "(128100 + 512 + 4) * 1536 + 48 * (12 * 1536**2 + 13 * 1536) + 3 * 1536**2 + 3 * 1536"
GPT2_M = "(50257 + 1024) * 1024 + 24 * (12 * 1024**2 + 13 * 1024) + 2 * 1024"
GPT2_L = "(50257 + 1024) * 1280 + 36 * (12 * 1280**2 + 13 * 1280) + 2 * 1280"
GPT3 = "(50257 + 2048) * 12288 + 96 * (12 * 12288**2 + 13 * 12288) + 2 * 12288"
BERT_BLOCKS = "24 * (12 * 1024**2 + 13 * 1024) + 1024**2 + 1024"
BERT = f"(30522 + 512 + 2 + 2) * 1024 + {BERT_BLOCKS}"
BART = (
    "(50265 + 2 * 1026 + 4) * 1024 + 12 * (4 * 1024**2 + 2 * 4096 * 1024 + 4096 + 9 * 1024)"
    " + 12 * (8 * 1024**2 + 2 * 4096 * 1024 + 4096 + 15 * 1024)"
)
M_PER_MILLE = Account("24 * 2 * 1024 * 5", "354920000 / 1000", why=".1 % of the whole model, which is printed 354.92M")
L_PER_MILLE = Account("36 * 2 * 1280 * 5", "774030000 / 1000", why=".1 % of the whole model, which is printed 774.03M")

GLUE = {
    "RoB_base (FT)* 125.0M": Account(
        ROBERTA_BASE, f"{ROBERTA_BASE} + 768**2 + 3 * 768 + 2", "125M", "with a head of 2 labels, in whole millions"
    ),
    "RoB_base (BitFit)* 0.1M": Account("12 * (4 * 768 + 5 * 768 + 2 * 768) + 768"),
    "RoB_base (Adpt^D)* 0.3M": Account("12 * (2 * 16 * 768 + 16 + 768)", why="one adapter of size 16 in every block"),
    "RoB_base (Adpt^D)* 0.9M": Account("12 * (2 * 48 * 768 + 48 + 768)", why="one adapter of size 48 in every block"),
    "RoB_base (LoRA) 0.3M": Account(
        "12 * 2 * 8 * (768 + 768)", why="rank 8 on q and v; the head's 592,130 are not counted"
    ),
    "RoB_large (FT)* 355.0M": Account(
        ROBERTA_LARGE, f"{ROBERTA_LARGE} + 1024**2 + 3 * 1024 + 2", "355M", "with a head of 2 labels, in whole millions"
    ),
    "RoB_large (LoRA) 0.8M": Account("24 * 2 * 8 * (1024 + 1024)"),
    "RoB_large (LoRA)† 0.8M": Account("24 * 2 * 8 * (1024 + 1024)"),
    "RoB_large (Adpt^P)† 3.0M": Account(
        "24 * (2 * 64 * 1024 + 64 + 1024)",
        "24 * 2 * 64 * 1024 * 1000000 / 2**20",
        "",
        "without biases, in units of 2^20",
    ),
    "RoB_large (Adpt^P)† 0.8M": Account("24 * (2 * 16 * 1024 + 16 + 1024)"),
    "RoB_large (Adpt^H)† 6.0M": Account(
        "24 * 2 * (2 * 64 * 1024 + 64 + 1024)",
        "24 * 2 * 2 * 64 * 1024 * 1000000 / 2**20",
        "",
        "without biases, in units of 2^20",
    ),
    "RoB_large (Adpt^H)† 0.8M": Account("24 * 2 * (2 * 8 * 1024 + 8 + 1024)"),
    "DeB_XXL (FT)* 1500.0M": Account(
        DEBERTA, f"({DEBERTA}) // 100000000 * 100000000", "", "cut to 1.5B, as the model is called"
    ),
    "DeB_XXL (LoRA) 4.7M": Account(
        "48 * 2 * 16 * (1536 + 1536)", why="rank 16 as in the scripts; table 10's rank 8 gives 2.36M"
    ),
}
E2E = {
    "GPT-2 M (FT)* 354.92M": Account(GPT2_M, why="one digit apart"),
    "GPT-2 M (Adapter^L)* 0.37M": Account("24 * (2 * 6 * 1024 + 6 + 1024 + 2 * 1024)"),
    "GPT-2 M (Adapter^L)* 11.09M": Account("24 * (2 * 224 * 1024 + 224 + 1024 + 2 * 1024)"),
    "GPT-2 M (Adapter^H) 11.09M": Account(
        "24 * 2 * (2 * 112 * 1024 + 112 + 1024)", why="no whole size gives it, 112 comes nearest"
    ),
    "GPT-2 M (FT^Top2)* 25.19M": Account("2 * (12 * 1024**2 + 13 * 1024)"),
    "GPT-2 M (PreLayer)* 0.35M": M_PER_MILLE,
    "GPT-2 M (LoRA) 0.35M": replace(M_PER_MILLE, formula="24 * 2 * 4 * (1024 + 1024)"),
    "GPT-2 L (FT)* 774.03M": Account(GPT2_L),
    "GPT-2 L (Adapter^L) 0.88M": Account("36 * (2 * 8 * 1280 + 8 + 1280 + 2 * 1280)"),
    "GPT-2 L (Adapter^L) 23.00M": Account("36 * (2 * 248 * 1280 + 248 + 1280 + 2 * 1280)"),
    "GPT-2 L (PreLayer)* 0.77M": L_PER_MILLE,
    "GPT-2 L (LoRA) 0.77M": replace(L_PER_MILLE, formula="36 * 2 * 4 * (1280 + 1280)"),
}
GPT3_ROWS = {
    "GPT-3 (FT) 175,255.8M": Account(GPT3, why="an output layer of its own gives 175,221.8M"),
    "GPT-3 (BitFit) 14.2M": Account(
        "96 * 11 * 12288 + 12288", "96 * 12 * 12288", why="12 widths of biases a block; GPT-2's layout has 11"
    ),
    "GPT-3 (PreEmbed) 3.2M": Account("(256 + 8) * 12288"),
    "GPT-3 (PreLayer) 20.2M": Account("96 * (8 + 8) * 12288", why="17 positions come near, with 20.05M"),
    "GPT-3 (Adapter^H) 7.1M": Account("96 * 2 * (2 * 1 * 12288 + 1 + 12288)"),
    "GPT-3 (Adapter^H) 40.1M": Account("96 * 2 * (2 * 8 * 12288 + 8 + 12288)"),
    "GPT-3 (LoRA) 4.7M": Account("96 * 2 * 1 * (12288 + 12288)"),
    "GPT-3 (LoRA) 37.7M": Account("96 * 2 * 8 * (12288 + 12288)"),
}
# Houlsby et al. train the LayerNorms, too. Their size is the best of 8, 64 and 256 for each of nine tasks.
ADAPTERS = "(24 * 2 * (2 * 64 * 1024 + 64 + 1024) + 24 * 2 * 2 * 1024)"
OF_ALL_SIZES = "48 * (2 * (8 + 64 + 256) * 1024 + 8 + 64 + 256 + 3 * 1024) / 3"
SHARE_OF_BERT = f"100 * {ADAPTERS} / ({BERT_BLOCKS} + (512 + 2 + 2) * 1024)"
HOULSBY = {
    "BERT_LARGE 100%": Account("100"),
    "Adapters (8-256) 3.6%": Account(
        SHARE_OF_BERT,
        f"100 * {OF_ALL_SIZES} / ({BERT_BLOCKS})",
        why="each size for three of the nine tasks, of the model without its embeddings; no other split gives it",
    ),
    "Adapters (64) 2.1%": Account(
        SHARE_OF_BERT, why="relative to BERT-large without its embeddings; of the whole model it is 1.9 %"
    ),
}
HOULSBY_TOTALS = {
    "BERT_LARGE 100%": Account("9"),
    "Adapters (8-256) 3.6%": Account(
        f"1 + 9 * {ADAPTERS} / ({BERT})",
        f"1 + 9 * {OF_ALL_SIZES} / ({BERT})",
        why="each size for three of the nine tasks",
    ),
    "Adapters (64) 2.1%": Account(f"1 + 9 * {ADAPTERS} / ({BERT})"),
}
# FLAN-T5-XL: 24 + 24 self- and 24 cross-attentions; feed-forward 5,120, gated.
ALL_LORA, ALL_IA3 = "72 * 4 * (2048 + 2048) * 3", "72 * 2 * (2048 + 2048) + 48 * (2048 + 5120)"
XL = (
    "2 * 32128 * 2048 + 24 * (4 * 2048**2 + 3 * 2048 * 5120 + 2 * 2048)"
    " + 24 * (8 * 2048**2 + 3 * 2048 * 5120 + 3 * 2048) + 2 * 32 * 32 + 2 * 2048"
)
PARTS = {
    "Total parameters (no PEFT)": XL,
    "(IA)3 (full layers/modules)": ALL_IA3,
    "LoRA (full layers/modules)": ALL_LORA,
    **{f"(IA)3 (select {part} layers)": f"({ALL_IA3}) / 2" for part in ("early", "later", "random")},
    **{f"LoRA (select {part} layers)": f"{ALL_LORA} / 2" for part in ("early", "later", "random")},
    "LoRA (drop self-attention)": "24 * 4 * (2048 + 2048) * 3",
    "LoRA (drop enc/dec-attention)": "48 * 4 * (2048 + 2048) * 3",
    "LoRA (drop query/output attention)": "72 * 2 * (2048 + 2048) * 3",
    "(IA)3 (drop attention)": "48 * (2048 + 5120)",
    "(IA)3 (drop dense activation)": "72 * 2 * (2048 + 2048)",
}
METHODS = {
    "FLAN-T5-XL": XL,
    "(IA)3": ALL_IA3,
    "LoRA": ALL_LORA,
    "Prompt tuning": "100 * 2048",
    "BitFit": "72 * 4 * 2048 + 48 * (5120 + 5120 + 2048)",
}
# The lecture's model has 24 blocks and 350M parameters, as RoBERTa-large and GPT-2 medium.
LECTURE = {
    "Prompt tuning (length: 20)": Account("20 * 1024", "20 * 768", why="at the base model's width"),
    "Adapters (dim 64)": Account(ADAPTERS),
    "LoRA (dim 8)": Account("24 * 2 * 8 * (1024 + 1024)"),
    "BitFit": Account(
        "24 * 11 * 1024 + 1024", "24 * 13 * 1024", why="13 widths a block: the biases and the LayerNorm weights"
    ),
}
LECTURE_SHARES = {
    key: Account(
        f"100 * ({account.formula}) / ({ROBERTA_LARGE})",
        f"100 * {account.reading} / 350000000" if key == "BitFit" else "",
        why="the biases and the LayerNorm weights, of 350M" if key == "BitFit" else "",
    )
    for key, account in LECTURE.items()
}
LI_GPT2 = {
    "GPT-2 MEDIUM ADAPTER(3%)": Account(f"100 * 24 * (2 * 224 * 1024 + 224 + 3 * 1024) / ({GPT2_M})"),
    "GPT-2 MEDIUM ADAPTER(0.1%)": Account(f"100 * 24 * (2 * 6 * 1024 + 6 + 3 * 1024) / ({GPT2_M})"),
    "GPT-2 MEDIUM PREFIX(0.1%)": Account(f"100 * 24 * 2 * 1024 * 5 / ({GPT2_M})"),
}
LI_BART = {
    "PREFIX(2%)": Account(f"100 * 36 * 2 * 1024 * 100 / ({BART})"),
    "PREFIX(0.1%)": Account(f"100 * 36 * 2 * 1024 * 5 / ({BART})"),
}

ACCOUNTS: Mapping[tuple[str, Kind], Mapping[str, Account]] = {
    ("hu2021_table2", "parameters"): GLUE,
    ("hu2021_table3", "parameters"): E2E,
    ("hu2021_table4", "parameters"): GPT3_ROWS,
    ("houlsby2019_table1", "percent"): HOULSBY,
    ("houlsby2019_table1", "total"): HOULSBY_TOTALS,
    ("pu2023_table3", "parameters"): {key: Account(formula) for key, formula in PARTS.items()},
    ("pu2023_appendixA4", "parameters"): {key: Account(formula) for key, formula in METHODS.items()},
    ("lecture_params_350M_24layers", "parameters"): LECTURE,
    ("lecture_params_350M_24layers", "percent"): LECTURE_SHARES,
    ("li2021_table1", "percent"): LI_GPT2,
    ("li2021_table2", "percent"): LI_BART,
}
"""By table and kind of figure, then by row key."""


def account(table: str, row: str, kind: Kind) -> Account | None:
    """What is known of a printed figure."""
    return ACCOUNTS.get((table, kind), {}).get(row)


def reproduces(found: Account, printed: str) -> bool:
    """Whether an account's reading gives the printed figure; a reading that does not is no explanation."""
    at = found.at or printed
    return bool(found.reading) and figure(at) == figure(printed) and rounds(at, evaluate(found.reading))


def written(arithmetic: str) -> str:
    """The arithmetic and its value."""
    value = evaluate(arithmetic)
    return f"{arithmetic} = {value:,.0f}" if value > 1000 else f"{arithmetic} = {value:.4g}"


_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


def evaluate(arithmetic: str) -> float:
    """The value of `+ - * / // **` on numbers, so that the arithmetic that is shown is the one that was done."""

    def walk(node: ast.expr) -> float:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](walk(node.left), walk(node.right))
        raise ValueError(f"no arithmetic: {arithmetic}")

    return walk(ast.parse(arithmetic, mode="eval").body)
