"""The commands for who stands before a device: read it, write to it, ask what there is."""

from typing import Annotated

import typer

from gatehouse.terminal import Language, end, err, heading, out, run, show, table, told
from gatehouse.wording import wording

wire_app = typer.Typer()

Device = Annotated[str, typer.Argument(help="SCHOOL/DEVICE; or a model's file or name, with --at.")]
At = Annotated[str, typer.Option("--at", help="Where it is: modbus+tcp://10.36.1.21:502/1.")]
Unit = Annotated[int | None, typer.Option(min=0, max=255, help="Modbus unit.")]
With = Annotated[
    list[str] | None, typer.Option("--with", help="A parameter of the model: block=Gate.")
]


@wire_app.command()
def read(  # noqa: PLR0913  an option is an argument
    device: Device,
    language: Language,
    at: At = "",
    unit: Unit = None,
    parameters: With = None,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Read every point of a device once, with quality and cause; exit code 1 if any is bad."""
    from gatehouse import reading, talking

    say = wording(language)
    spoken = told(lambda: talking.spoken_to(device, at, unit, _parameters(parameters)))
    heard = run(reading.read_once(spoken), say)
    if as_json:
        typer.echo(reading.as_json(spoken, heard))
    else:
        show(table(reading.head(say), reading.rows(spoken, heard)))
    if watch:
        out.print(say("Watching for changes; Ctrl-C ends."))
        run(reading.watch(spoken, lambda line: out.print(line, markup=False)), say)
    end(reading.all_good(spoken, heard))


@wire_app.command()
def write(  # noqa: PLR0913  an option is an argument
    device: Device,
    words: Annotated[
        list[str], typer.Argument(help="point=value, or an action: unlock=12, unlock door=12.")
    ],
    language: Language,
    at: At = "",
    unit: Unit = None,
    parameters: With = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
) -> None:
    """Write once and read back; exit code 1 unless the device was seen to have done it."""
    from gatehouse import talking
    from gatehouse.decoding import shown
    from twins.command import CommandResult

    say = wording(language)
    spoken = told(lambda: talking.spoken_to(device, at, unit, _parameters(parameters)))
    writes = told(lambda: talking.planned(spoken.device.model, words))
    heading(say("To be written at {url}", url=spoken.link.url))
    rows = [(one.point.name, shown(one.value, one.point.unit), one.point.at) for one in writes]
    show(table((say("point"), say("value"), say("at")), rows))
    if not yes and not typer.confirm(say("Write this to the device?")):
        out.print(say("Nothing was written."))
        end(passed=False)
    heard = talking.Heard()
    outcome = run(talking.write_once(spoken, words, heard), say)
    colour = "green" if outcome.result is CommandResult.CONFIRMED else "red"
    line = outcome.result.value + (f": {outcome.reason}" if outcome.reason else "")
    out.print(line, style=colour, markup=False)
    end(outcome.result is CommandResult.CONFIRMED)


@wire_app.command()
def probe(
    url: Annotated[str, typer.Argument(help="modbus+tcp://HOST:502/1, opc.tcp://…, coap://…")],
    language: Language,
    *,
    up_to: Annotated[
        int, typer.Option("--up-to", min=0, max=65_535, help="Modbus: the last address asked for.")
    ] = 511,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Print the beginning of a description instead.")
    ] = False,
) -> None:
    """Ask an address what is there. Nothing is ever written to it."""
    from gatehouse import probing

    say = wording(language)
    found = run(probing.probe(url, up_to), say)
    if as_yaml:
        typer.echo(probing.stub(url, found), nl=False)
        return
    for name, value in found.identity.items():
        out.print(f"{name}: {value}", markup=False)
    for alias, uri in found.namespaces.items():
        out.print(f"{alias}: {uri}", markup=False)
    if found.ranges:
        out.print(say("can be read: {ranges}", ranges=", ".join(found.ranges)), markup=False)
    head = (say("name"), say("at"), say("type"), say("value"), say("allows"))
    show(table(head, probing.rows(found)))
    for note in found.notes:
        err.print(note, style="yellow", markup=False)


def _parameters(words: list[str] | None) -> dict[str, str]:
    given = [word.partition("=") for word in words or ()]
    for name, sign, value in given:
        if not (name and sign and value):
            raise typer.BadParameter(f"{name!r} is written name=value", param_hint="--with")
    return {name: value for name, _, value in given}
