"""Which key the words mean: as it is written, by its letters, or the field that they stand for."""

from __future__ import annotations

import re

from executor.errors import Unresolved
from executor.reasons import ReasonCode
from executor.recognise.meaning import SPEC_FIELDS
from executor.recognise.resolve.settings.places import Places
from executor.values import replace

_SORTS_OF_VALUE = ("address", "period", "range", "mode")
"""What people say behind a key, for what its value is: "the e-mail address"."""


class Keys(Places):
    """The key that is meant."""

    def _make_field(self) -> None:
        """`spec.interval` of an object that has such a field is that field, set or not; "the log level" is the only
        key there that has those letters, else the only path that begins and ends so."""
        if self.named.what in ("field", "replicas") and self.named.part and not self._places(anywhere=True):
            said = self.named.name or "replicas"
            words = " ".join((*self.named.part, said))  # "the read timeout" is readTimeout, too
            self.named = replace(self.named, what="spoken", name=words, part=())
        if self.named.what == "spoken":
            self._make_key()
        if self.named.what in ("key", "spoken") and letters_of(self.named.name) == "timezone":
            self._make_zone()
        if self._begins_the_sentence() and self.named.name not in self._known():
            self.named = replace(self.named, name=self.named.name[0].lower() + self.named.name[1:])
        name = self.named.name.removeprefix("spec.")
        if self.named.what == "key" and name != self.named.name and name in SPEC_FIELDS:
            self.named = replace(self.named, what="field", name=name)
        if self.named.what == "key" and self.holder.kind is None and not self._places(anywhere=True):
            self._look_at_scalers()

    def _make_key(self) -> None:
        known = self._known_as(self.named.name)
        if not known and self.holder.token is not None and not self._places(anywhere=True):
            known = self._known_as(self.holder.token.text + self.named.name)  # "the log level of web": WEB_LOG_LEVEL
        if len(known) == 1:
            self.named = replace(self.named, what="key", name=known.pop())
            return
        words = self.named.name.split()
        shorter = words[:-1] if words[-1] in _SORTS_OF_VALUE else []
        if re.fullmatch(r"contact e-?mail", self.named.name.lower()):
            shorter = words[1:]
        if not known and shorter and not self._places(anywhere=True):
            self.named = replace(self.named, name=" ".join(shorter))
            self._make_key()
            return
        if known:
            said = f'{self._called()} has no "{self.named.name}" but {", ".join(sorted(known))}; write one'
            raise Unresolved(ReasonCode.UNKNOWN_NAME, said)
        every = self._places(anywhere=True)
        if len({self._value_at(each) for each in every}) > 1:
            raise self._blocked(every, "name one by its whole path in code")

    def _make_zone(self) -> None:
        """ "the time zone": `timeZone` of a CronJob, else the variable that programs take it from."""
        found = self._known_as("timezone") or self._known_as("TZ")
        if len(found) == 1 and not self._places(anywhere=True):
            self.named = replace(self.named, what="key", name=found.pop())

    def _known_as(self, name: str) -> set[str]:
        """The keys and variables that have just these letters, or these and a unit of time or "name"."""
        from executor.flux.settings import without_unit

        letters, known = letters_of(name), self._known()
        found = {each for each in known if letters_of(each) == letters}
        return found or {each for each in known if letters_of(without_unit(each)) == letters}

    def _begins_the_sentence(self) -> bool:
        """ "Cache of kiosk": with the capital that a sentence begins with."""
        token = self.named.token
        first = token is not None and token.start == 0 and not (token.code or token.quoted)
        return self.named.what == "key" and first and self.named.name.istitle()

    def _look_at_scalers(self) -> None:
        """`maxReplicas` of a Deployment that has none is that of the HorizontalPodAutoscaler which scales it."""
        self.scalers = self._scaling()
        there = {f"{each.kind} {each.name}" for each in self.scalers}
        if len(there) == 1 and self._places(anywhere=True):
            self.at.remark(f"of {there.pop()}, which scales {self._called()}")
        else:
            self.scalers = []


def letters_of(key: str) -> str:
    return re.sub(r"[\W_]", "", key).lower()
