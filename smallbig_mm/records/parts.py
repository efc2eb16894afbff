"""What the parts of a record are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

NotRun = Annotated[str, Field(pattern=r"^not run: \S")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """Fields that are checked, of which none is unknown, and which do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
