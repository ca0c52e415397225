"""Methods that carry out actions: from `calls:` in a description to what is called."""

from collections.abc import Iterator, Mapping

from protocols.dialect import Dialect
from protocols.filling import filled
from protocols.model import Argument, Call, Point
from protocols.notation import CallDocument, ModelDocument
from twins.capability import Capability
from twins.documents import KeyPath, did_you_mean


def calls_of(
    written: ModelDocument, dialect: Dialect, parameters: Mapping[str, str | int]
) -> dict[str, Call]:
    """Compile the calls of a checked description."""
    calls = {}
    for action, document in written.calls.items():
        at, on = (filled(one, None, parameters) for one in (document.at, document.on))
        assert dialect.parse_call is not None, "checked"
        address = dialect.parse_call(at, on)
        calls[action] = Call(
            point=Point(
                name=action, at=at, address=address, value_type="boolean", wire_type="bool",
                command=True,
            ),
            arguments=tuple(
                Argument(name=name, wire_type=one.wire_type, value=one.value)
                for name, one in document.arguments.items()
            ),
        )  # fmt: skip
    return calls


def check_calls(
    written: ModelDocument,
    dialect: Dialect,
    capability: Capability,
    parameters: Mapping[str, str | int],
) -> Iterator[tuple[KeyPath, str]]:
    """Yield (place, sentence) for every call that cannot be."""
    for action, document in written.calls.items():
        path: KeyPath = ("calls", action)
        if dialect.parse_call is None:
            yield path, f"{dialect.protocol} has no methods"
            continue
        if action not in capability.actions:
            hint = did_you_mean(action, list(capability.actions))
            yield path, f"{capability.name} has no action {action!r}{hint}"
            continue
        if action in written.actions:
            yield path, f"{action} stands under `actions` too; one way is enough"
        taken = capability.actions[action].arguments
        for name, argument in document.arguments.items():
            if argument.value is None and name not in taken:
                hint = did_you_mean(name, list(taken))
                message = f"{action} has no argument {name!r}{hint}; give it a `value`"
                yield (*path, "with", name), message
        yield from _places(path, document, written, dialect, parameters)


def _places(
    path: KeyPath,
    document: CallDocument,
    written: ModelDocument,
    dialect: Dialect,
    parameters: Mapping[str, str | int],
) -> Iterator[tuple[KeyPath, str]]:
    for key, template in (("at", document.at), ("on", document.on)):
        try:
            address = dialect.parse_address(filled(template, None, parameters))
        except ValueError as error:
            yield (*path, key), str(error)
            continue
        yield from (((*path, key), one) for one in unknown_aliases(dialect, address, written))


def unknown_aliases(dialect: Dialect, address: object, written: ModelDocument) -> Iterator[str]:
    """Yield a sentence for every alias of an address that does not stand under `namespaces`."""
    for alias in dialect.aliases(address) if dialect.aliases is not None else ():
        if alias not in written.namespaces:
            hint = did_you_mean(alias, list(written.namespaces))
            yield f"{alias!r} is not under `namespaces`{hint}"
