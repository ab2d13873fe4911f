"""A finished run's trained tensors for use elsewhere: as petlab keeps them, or as Hugging Face `peft` reads them."""

from petlab.export.finished import Finished, attached, find
from petlab.export.folder import FORMATS, export, load

__all__ = ["FORMATS", "Finished", "attached", "export", "find", "load"]
