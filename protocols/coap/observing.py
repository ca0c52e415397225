"""What RFC 7641 asks of an observer, without a socket and without a clock."""

from dataclasses import dataclass, field

from twins.instant import Duration, Instant, seconds

REORDERING_WINDOW: Duration = seconds(128)
"""After this long any notification is newer, whatever its number (RFC 7641 §3.4)."""

HALF_OF_THE_NUMBERS = 1 << 23
"""Sequence numbers have 24 bits and wrap (RFC 7641 §3.4)."""

DEFAULT_MAX_AGE: Duration = seconds(60)
"""Where the option is missing (RFC 7252 §5.10.5)."""

LONGEST_REGISTRATION: Duration = seconds(30)
"""A server that restarted has forgotten us and says nothing: ask again at least this often."""


@dataclass(slots=True, kw_only=True)
class Freshness:
    """Tells a newer notification from one that was overtaken, and when to register again.

    All instants are nanoseconds of the event loop's clock.
    """

    longest: Duration = LONGEST_REGISTRATION
    """Register again at least this often: only that finds an observation that died in silence."""
    _latest: tuple[int, Instant] | None = field(default=None, init=False)
    _heard_since_asking: bool = field(default=False, init=False)
    _expires: Instant | None = field(default=None, init=False)

    def asking(self) -> None:
        """Note that a registration is being sent."""
        self._heard_since_asking = False

    def ended(self) -> None:
        """Note that there is no observation any more: register as soon as possible."""
        self._expires = None

    def refused(self, now: Instant) -> None:
        """Note that the server answers but lets nobody observe: ask again only now and then."""
        self._expires = now + self.longest

    def unheeded(self) -> None:
        """Note that a registration brought no usable value: whatever comes next is newer."""
        self._latest = None
        self._expires = None

    def accepts(self, number: int, now: Instant, max_age: Duration, *, reply: bool) -> bool:
        """Take a notification's number; return whether its value is to be used.

        A reply to our registration begins a new count, for servers begin theirs anew after a
        restart - unless a notification was heard since we asked, which it might be older than.
        """
        newer = (reply and not self._heard_since_asking) or self._is_newer(number, now)
        self._heard_since_asking = True
        if newer:
            self._latest = (number, now)
            self._expires = now + min(max_age, self.longest)
        return newer

    def register_at(self) -> Instant | None:
        """Return when to register again, or None for at once."""
        return self._expires

    def _is_newer(self, number: int, now: Instant) -> bool:
        if self._latest is None:
            return True
        last, at = self._latest
        if now > at + REORDERING_WINDOW:
            return True
        ahead = number - last
        return 0 < ahead < HALF_OF_THE_NUMBERS or ahead < -HALF_OF_THE_NUMBERS
