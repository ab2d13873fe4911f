"""Pretraining of the base models that petlab brings along: `petlab pretrain NAME`."""

from __future__ import annotations

from pathlib import Path

from petlab.errors import UserError, choices

CACHE = Path("results/cache/pretrain")
WEIGHTS = Path(__file__).resolve().parent.parent / "weights"


def run(
    name: str,
    out: Path | None = None,
    minutes: float | None = None,
    tokens: float | None = None,
    width: int | None = None,
) -> Path:
    """Pretrain a base model and write it to a folder that `from_pretrained` reads.

    Text, tokenizer and checkpoint are kept in `results/cache/pretrain/<name>`; a run that was stopped goes on there.

    Args:
        name: a key of `recipe.RECIPES`, such as `nano_t5`.
        out: folder of the finished model; if None the package's own `weights/<name>`, for a `width` the user's cache.
        minutes, tokens: the budget, in minutes of training steps or tokens without padding; the recipe's own if both
            are None.
        width: d_model, where it is not the recipe's. Heads and feed-forward follow it (`models.widths.Size`), the
            tokenizer is the shipped one, and the tokenised mixture is shared with the recipe's own width.

    Returns:
        The folder.

    Raises:
        UserError: unknown name, a budget that is not positive, or two of them, a width that cannot be, or the base's
            own.
        KeyboardInterrupt: stopped by a signal, after the checkpoint was written.
    """
    from petlab.models import widths
    from petlab.models.places import shipped_folder
    from petlab.pretrain.recipe import RECIPES, Budget, at_width

    if name not in RECIPES:
        raise choices("model to pretrain", name, RECIPES)
    if minutes is not None and tokens is not None:
        raise UserError("a budget of minutes and one of tokens were given; one of them is needed")
    for unit, given in (("minutes", minutes), ("tokens", tokens)):
        if given is not None and not given > 0:
            raise UserError(f"{unit} is {given}; a budget above 0 is needed")
    if width is not None:
        widths.check(f"petlab:{name}", width)
        if widths.asked(f"petlab:{name}", width) is None:
            raise UserError(f"width {width} is {name}'s own; petlab pretrain {name} makes it")
    # Imported here: torch and transformers take seconds, and a wrong name should be refused at once.
    from petlab.pretrain.produce import produce

    recipe = RECIPES[name]
    budget = recipe.budget if minutes is None and tokens is None else Budget(minutes, tokens)
    if width is None:
        return produce(recipe, CACHE / name, out or WEIGHTS / name, budget)
    work = CACHE / widths.called(name, width)
    out = out or widths.cached(name, width)
    return produce(at_width(recipe, width), work, out, budget, text=CACHE / name, words=shipped_folder(name))
