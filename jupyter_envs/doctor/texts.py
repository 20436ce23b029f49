"""The rules' texts, for the reference and for the client's translations."""

from __future__ import annotations

from .rules import RULES

#: Id of a rule to the template of its sentence.
FINDINGS: dict[str, str] = {rule.id: rule.message for rule in RULES}

#: Id of a rule to the template of what helps.
FINDING_FIXES: dict[str, str] = {rule.id: rule.fix for rule in RULES}
