"""The commands for who describes devices: all of them offline, from files alone."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.terminal import Language, end, err, heading, out, show, table, told, written
from gatehouse.wording import wording

device_app = typer.Typer()
new_app = typer.Typer(help="Begin a school or a device model.", no_args_is_help=True)
device_app.add_typer(new_app, name="new")

Device = Annotated[str, typer.Argument(help="A device model's file, or its name in the library.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


NAMED = 6
"""Names that a line lists before it says that there are more."""


class Frame(StrEnum):
    """How a Modbus request is shown."""

    PDU = "pdu"
    TCP = "tcp"
    RTU = "rtu"


class Target(StrEnum):
    """Who reads an exported Thing."""

    CANONICAL = "canonical"
    NODE_WOT = "node-wot"
    UA_EDGE_TRANSLATOR = "ua-edge-translator"


@device_app.command()
def explain(device: Device, language: Language, *, as_json: Json = False) -> None:
    """Show a device model as its manual would: points, commands, and what reading it costs."""
    import json

    from gatehouse import explaining
    from gatehouse.device_source import model_named
    from protocols.exchange.written import duration_text

    say = wording(language)
    model = told(lambda: model_named(device))
    found = explaining.explain(model)
    if as_json:
        typer.echo(json.dumps(explaining.as_json(found), ensure_ascii=False, indent=1))
        return
    out.print(model.title, style="bold", markup=False)
    kind = model.capability.title.get(language, model.capability.name)
    out.print(f"{model.name} · {model.protocol} · {kind} ({model.capability.name})", markup=False)
    out.print(model.source, style="dim", markup=False)
    heading(say("Points"))
    show(table(*explaining.point_table(found, language, say)))
    if actions := explaining.action_rows(model, say):
        heading(say("Actions"))
        show(table((say("action"), say("writes"), say("proven by")), actions))
    if derived := explaining.derived_rows(model):
        heading(say("Derived values and events"))
        show(table((say("name"), say("made of")), derived))
    if found.reads:
        heading(say("Reading plan"))
        head = (say("how"), say("what"), say("points"), say("every"), say("requests/s"))
        show(table(head, explaining.plan_rows(found, say)))
        sentence = "{rate} requests/s; a value is at most {age} old while the device answers"
        age, rate = duration_text(found.stalest), f"{found.requests_per_second:.2f}"
        out.print(say(sentence, rate=rate, age=age), markup=False)


@device_app.command()
def decode(
    device: Device,
    case: Annotated[str, typer.Argument(help="Recorded answers: registers, payloads, DataValues.")],
    language: Language,
    *,
    as_json: Json = False,
) -> None:
    """Turn recorded answers of a device into values; compare them with what a case expects."""
    from gatehouse.decoding import decode_case, head
    from gatehouse.device_source import model_named

    say = wording(language)
    decoding = told(lambda: decode_case(model_named(device), case))
    if as_json:
        typer.echo(decoding.to_json())
    else:
        show(table(head(say), decoding.rows()))
        if decoding.missing:
            few = ", ".join(decoding.missing[:NAMED]) + " …" * (len(decoding.missing) > NAMED)
            line = say("not recorded ({n}): {names}", n=len(decoding.missing), names=few)
            out.print(line, style="dim", markup=False)
        for difference in decoding.differences:
            out.print(difference, style="red", markup=False)
        if decoding.checked:
            right = decoding.checked - len(decoding.differences)
            out.print(say("{right} of {all} as expected", right=right, all=decoding.checked))
    end(not decoding.differences)


@device_app.command()
def encode(  # noqa: PLR0913  an option is an argument
    device: Device,
    words: Annotated[
        list[str], typer.Argument(help="point=value, or an action: unlock=12, unlock door=12.")
    ],
    language: Language,
    frame: Annotated[Frame, typer.Option(help="Modbus: the PDU alone, or framed.")] = Frame.PDU,
    unit: Annotated[int, typer.Option(min=0, max=255, help="Modbus unit.")] = 1,
    case: Annotated[
        str | None,
        typer.Option(help="What the device holds; a bit is written among its neighbours."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the request that a write would send, without sending anything."""
    from gatehouse import encoding
    from gatehouse.device_source import model_named
    from protocols.recorded import Circumstances, read_case

    say = wording(language)
    model = told(lambda: model_named(device))
    now = told(lambda: read_case(case).raw) if case else None
    circumstances = Circumstances(unit=unit, frame=frame.value, now=now)
    requests = told(lambda: encoding.encode_words(model, words, circumstances))
    if as_json:
        typer.echo(encoding.to_json(model, requests))
    else:
        show(table((say("point"), say("value"), say("request")), encoding.rows(requests)))


@device_app.command()
def td(
    device: Device,
    target: Annotated[
        Target, typer.Option("--for", help="Who reads it; each reads a dialect of its own.")
    ] = Target.CANONICAL,
    address: Annotated[
        str, typer.Option("--at", help="A device's URL, with its Modbus unit; else a Thing Model.")
    ] = "",
    namespace_index: Annotated[
        int | None,
        typer.Option("--namespace-index", help="OPC UA: node-wot 0.8.16 knows no namespace URI."),
    ] = None,
) -> None:
    """Write a device model as a W3C Thing (TD 1.1); what is left out is told beside it."""
    import json

    from gatehouse.device_source import model_named
    from gatehouse.exchanging import thing_for

    model = told(lambda: model_named(device))
    thing, left_out = told(lambda: thing_for(model, target.value, address, namespace_index))
    typer.echo(json.dumps(thing, ensure_ascii=False, indent=1))
    for line in left_out:
        err.print(line, style="yellow", markup=False)


@device_app.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="A W3C Thing, an EdgeX profile or a CSV list.")],
    device_type: Annotated[str, typer.Option("--is", help="Device type of the model.")] = "",
    name: Annotated[str, typer.Option(help="Name of the model.")] = "",
    file_out: Annotated[Path | None, typer.Option("--out", help="Write it to this file.")] = None,
    *,
    one_based: Annotated[
        bool, typer.Option("--one-based", help="The list counts from 1, or prints 40001.")
    ] = False,
) -> None:
    """Make a device model from another format; exit code 1 while it has gaps."""
    from gatehouse.exchanging import imported

    made = told(lambda: imported(file, device_type, name, one_based=one_based))
    if file_out is None:
        typer.echo(made.text, nl=False)
    else:
        written(file_out, made.text)
    for gap in made.gaps:
        err.print(gap, style="yellow", markup=False)
    end(not made.gaps)


class Protocol(StrEnum):
    """What a new device model speaks."""

    MODBUS = "modbus"
    OPCUA = "opcua"
    COAP = "coap"


@new_app.command("device")
def new_device(
    name: Annotated[str, typer.Argument(help="Name of the model, and of its file.")],
    language: Language,
    device_type: Annotated[str, typer.Option("--is", help="Device type, as one-key-alarm.")],
    protocol: Annotated[Protocol, typer.Option(help="What it speaks.")] = Protocol.MODBUS,
    folder: Annotated[Path, typer.Option("--in", help="Where the file goes.")] = Path(),
) -> None:
    """Begin a device model: what its type needs, at addresses to be replaced."""
    from gatehouse.starting import new_device as begun

    file = told(lambda: begun(name, device_type, protocol.value, folder))
    say = wording(language)
    out.print(say("{file} is written; check it with: gatehouse check {file}", file=file),
              markup=False)  # fmt: skip


@new_app.command("school")
def new_school(
    name: Annotated[str, typer.Argument(help="Id of the school, and of its folder.")],
    language: Language,
    folder: Annotated[Path, typer.Option("--in", help="Where the folder goes.")] = Path(),
) -> None:
    """Begin a school package: six files, right from the start."""
    from gatehouse.starting import new_school as begun

    school = told(lambda: begun(name, folder))
    say = wording(language)
    out.print(say("{file} is written; check it with: gatehouse check {file}", file=school),
              markup=False)  # fmt: skip
