"""A trained method in the form that Hugging Face `peft` loads: adapter_config.json and the adapter's tensors.

peft has LoRA, (IA)³, prompt tuning and prefix-tuning; BitFit is its LoRA with trained biases (`bias="all"`) and B at
zero. Written without peft: the form is JSON and safetensors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from petlab.anatomy import WeightSite
from petlab.attachment import Attachment, Bias, LowRank, Method, ScaleInput, ScaleOutput
from petlab.errors import UserError
from petlab.methods.combo import Combo
from petlab.methods.lora import Lora
from petlab.methods.prefix import Prefix
from petlab.methods.prompt import Prompt
from petlab.models import Family

INSIDE = "base_model.model."
HAS = "bitfit, ia3, lora, prefix, prompt, and lora with bitfit"
TASKS: Mapping[Family, str] = {"seq2seq": "SEQ_2_SEQ_LM", "causal": "CAUSAL_LM", "encoder": "SEQ_CLS"}

Written = tuple[dict[str, Any], dict[str, Tensor]]
"""adapter_config.json as a dictionary, and the tensors under peft's names."""


def to_peft(name: str, method: Method, attachment: Attachment, state: Mapping[str, Tensor], family: Family) -> Written:
    """Configuration and tensors of a peft adapter that computes what the method computes.

    Args:
        name: the method's id, for messages.
        method: what was attached.
        attachment: the method in its model, which may lie on the meta device.
        state: the trained tensors, `Attachment.export_state`.
        family: of the model; says which class of peft wraps it.

    Raises:
        UserError: peft has no such method, or not in this form.
    """
    if isinstance(method, Prompt):
        config, tensors = _prompt(method, attachment, state, family)
    elif isinstance(method, Prefix):
        config, tensors = _prefix(method, attachment, state, family)
    else:
        config, tensors = _weights(name, method, attachment, state)
    head = attachment.sites.task_head
    if head:
        config["modules_to_save"] = sorted({path.partition(".")[0] for path in head})
        tensors |= {INSIDE + path: state[path] for path in head}
    return {"task_type": TASKS[family], "inference_mode": True, **config}, tensors


def _weights(name: str, method: Method, attachment: Attachment, state: Mapping[str, Tensor]) -> Written:
    """LoRA, (IA)³ or biases, told by the changes that the method makes."""
    names = {id(parameter): key for key, parameter in attachment.trainable.items()}

    def value(parameter: nn.Parameter) -> Tensor:
        return state[names[id(parameter)]].float()

    kinds = {type(edit) for _, edit in attachment.edits}
    own = {id(p) for p in attachment.model.parameters()} - {id(p) for p in attachment.sites.task_head.values()}
    unfrozen = [key for key, parameter in attachment.trainable.items() if id(parameter) in own]
    biases_alone = all(key.endswith(".bias") for key in unfrozen)
    if attachment.weights_only and (kinds or unfrozen) and biases_alone:
        if kinds <= {LowRank, Bias}:
            return _lora(method, attachment, {key: state[key] for key in unfrozen}, value)
        if kinds <= {ScaleInput, ScaleOutput} and not unfrozen:
            return _ia3(name, attachment, value)
    raise _lacking(name)


def _lacking(name: str) -> UserError:
    return UserError(f"method {name}: peft has no such method; --format peft takes: {HAS}")


def _lora(
    method: Method, attachment: Attachment, biases: Mapping[str, Tensor], value: Callable[[nn.Parameter], Tensor]
) -> Written:
    """Pairs A, B of one module stacked: A (Σ rank, in), B (out, Σ rank) with each role's rows in a block of its own.

    Each part's scale is folded into the whole's: alpha / rank is one number a module. peft adds a bias inside the
    scaled sum. A method of biases alone gets one pair of rank 1 at zero, since peft's LoRA needs a target.
    """
    modules = _by_module(attachment)
    whole = {path: sites[0][0] for path, sites in modules.items()}
    if not modules:
        first = next(site for site in attachment.sites.weights if site.role in ("q", "v"))
        modules, whole = {first.path: []}, {first.path: first}
    added = any(isinstance(edit, Bias) for sites in modules.values() for _, edit in sites)
    tensors: dict[str, Tensor] = {}
    ranks: dict[str, int] = {}
    alphas: dict[str, float] = {}
    for path, sites in modules.items():
        out_features, in_features = whole[path].whole.shape
        low = [(site, edit) for site, edit in sites if isinstance(edit, LowRank)]
        scale = low[0][1].scale if low else 1.0
        a = [value(edit.a) for _, edit in low] or [torch.zeros(1, in_features)]
        b = [_rows(site, out_features, value(edit.b) * (edit.scale / scale)) for site, edit in low]
        tensors[f"{INSIDE}{path}.lora_A.weight"] = torch.cat(a)
        tensors[f"{INSIDE}{path}.lora_B.weight"] = torch.cat(b, 1) if b else torch.zeros(out_features, 1)
        ranks[path] = len(tensors[f"{INSIDE}{path}.lora_A.weight"])
        alphas[path] = scale * ranks[path]
        if added:
            bias = torch.zeros(out_features, 1)
            for site, edit in sites:
                if isinstance(edit, Bias):
                    bias = bias + _rows(site, out_features, value(edit.vector)[:, None])
            tensors[f"{INSIDE}{path}.lora_B.bias"] = bias[:, 0] / scale
    for name, tensor in biases.items():
        path, _, kind = name.rpartition(".")
        tensors[INSIDE + (f"{path}.base_layer.{kind}" if path in modules else name)] = tensor
    rank, alpha = next(iter(ranks.values())), next(iter(alphas.values()))
    config = {
        "peft_type": "LORA",
        "r": rank,
        "lora_alpha": alpha,
        "rank_pattern": {path: other for path, other in ranks.items() if other != rank},
        "alpha_pattern": {path: other for path, other in alphas.items() if other != alpha},
        "lora_dropout": _dropout(method),
        "target_modules": list(modules),
        "fan_in_fan_out": any(site.transposed for site in whole.values()),
        "bias": "all" if biases else "none",
        "lora_bias": added,
    }
    return config, tensors


def _ia3(name: str, attachment: Attachment, value: Callable[[nn.Parameter], Tensor]) -> Written:
    """One vector a module, with ones where rows of a shared matrix are of other roles."""
    tensors, inputs = {}, []
    modules = _by_module(attachment)
    for path, sites in modules.items():
        kinds = {type(edit) for _, edit in sites}
        if len(kinds) > 1:
            raise _lacking(name)
        if kinds == {ScaleInput}:
            if len(sites) > 1 or sites[0][0].rows is not None:
                raise _lacking(name)
            inputs.append(path)
            tensors[f"{INSIDE}{path}.ia3_l"] = value(sites[0][1].vector)[None]
            continue
        vector = torch.ones(len(sites[0][0].whole))
        for site, edit in sites:
            rows = slice(None) if site.rows is None else site.rows.cpu()
            vector[rows] *= value(edit.vector)
        tensors[f"{INSIDE}{path}.ia3_l"] = vector[:, None]
    config = {
        "peft_type": "IA3",
        "target_modules": list(modules),
        "feedforward_modules": inputs,
        "fan_in_fan_out": any(site.transposed for sites in modules.values() for site, _ in sites),
    }
    return config, tensors


def _prompt(method: Prompt, attachment: Attachment, state: Mapping[str, Tensor], family: Family) -> Written:
    if family == "encoder":
        raise UserError(
            "method prompt: peft puts the prompt before an encoder's first token, petlab after it; the two differ"
        )
    if method.decoder_tokens:
        raise UserError("method prompt: peft has no prompt before a decoder's text; it takes method.decoder_tokens=0")
    stack = "encoder" if "encoder" in attachment.sites.entries else "decoder"
    prompt = state[f"{stack}.prompt"]
    return _virtual("PROMPT_TUNING", attachment, *prompt.shape), {"prompt_embeddings": prompt}


def _prefix(method: Prefix, attachment: Attachment, state: Mapping[str, Tensor], family: Family) -> Written:
    """Keys and values of all layers side by side, (length, 2 · layers · width of the keys)."""
    attentions = attachment.sites.attentions
    names = [f"{site.path}.prefix_{kind}" for site in attentions for kind in ("keys", "values")]
    if family != "causal" or not method.shift_positions or any(name not in state for name in names):
        raise UserError(
            "method prefix: peft has it for decoder-only models, in every layer and with method.shift_positions=true"
        )
    width = attentions[0].key.shape[0]
    config = _virtual("PREFIX_TUNING", attachment, method.prefix_length, width)
    return {**config, "prefix_projection": False}, {"prompt_embeddings": torch.cat([state[name] for name in names], 1)}


def _virtual(kind: str, attachment: Attachment, tokens: int, width: int) -> dict[str, Any]:
    model: Any = attachment.model
    heads = int(model.config.num_attention_heads)
    return {
        "peft_type": kind,
        "num_virtual_tokens": tokens,
        "token_dim": width,
        "num_transformer_submodules": 1,
        "num_attention_heads": heads * width // int(model.config.hidden_size),
        "num_layers": len(attachment.sites.attentions),
    }


def _by_module(attachment: Attachment) -> dict[str, list[tuple[WeightSite, Any]]]:
    """The edits of each module, by its path. Raises UserError for one that is no linear layer."""
    found: dict[str, list[tuple[WeightSite, Any]]] = {}
    for site, edit in attachment.edits:
        if not isinstance(site.module, (nn.Linear, Conv1D)):
            raise UserError(f"{site.path}: peft changes linear layers in this way, and this is none")
        found.setdefault(site.path, []).append((site, edit))
    return found


def _rows(site: WeightSite, out_features: int, part: Tensor) -> Tensor:
    """A site's rows (rows, n) among those of the whole module, (out, n), zeros elsewhere."""
    if site.rows is None:
        return part
    return torch.zeros(out_features, part.shape[1]).index_copy(0, site.rows.cpu(), part)


def _dropout(method: Method) -> float:
    parts = method.parts if isinstance(method, Combo) else [method]
    return next((float(part.dropout) for part in parts if isinstance(part, Lora)), 0.0)
