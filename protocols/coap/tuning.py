"""How often and how soon a datagram is repeated (RFC 7252 §4.8)."""

from aiocoap.numbers.constants import TransportTuning


class Reading(TransportTuning):  # type: ignore[misc]  # aiocoap has no types
    """A read may be repeated: 3 datagrams, given up after at most 5.3 s (RFC 7252 §4.8)."""

    ACK_TIMEOUT = 0.5
    MAX_RETRANSMIT = 2
    reliability = True


class Once(Reading):
    """Exactly one datagram leaves, given up after at most 0.75 s: for writes and for probes."""

    MAX_RETRANSMIT = 0


class Notifying(TransportTuning):  # type: ignore[misc]  # aiocoap has no types
    """Confirmable, repeated after 0.5 s, 1 s, 2 s and 4 s, then the observer counts as gone."""

    ACK_TIMEOUT = 0.5
    MAX_RETRANSMIT = 4
    reliability = True
