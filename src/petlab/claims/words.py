"""Documents and rows that several families of claims name."""

from __future__ import annotations

PU = "Pu et al. 2023 (arXiv:2304.14999v1)"
HOULSBY = "Houlsby et al. 2019 (arXiv:1902.00751)"
LI = "Li and Liang 2021 (arXiv:2101.00190)"
HU = "Hu et al. 2021 (arXiv:2106.09685)"
LECTURE = "lecture slides, Parameter-Efficient Fine-tuning"

FULL = "Full fine-tuning"
IA3 = "(IA)3"
LORA = "LoRA"
BITFIT = "BitFit"
PROMPT = "Prompt tuning"
PEFT = (IA3, LORA, BITFIT, PROMPT)

# Where amounts of data are compared, and by which benchmark.
TWO_SETS = ("two sets, LoRA and BitFit", "embedded_scales_classes")
FOUR_SETS = ("all four sets", "embedded_scales")
