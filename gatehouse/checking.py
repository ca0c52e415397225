"""`gatehouse check`: is a school, a drill, a device model or a capability right, and what of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gatehouse.assessing import Reader, assessment, state_of
from gatehouse.links import compile_links
from gatehouse.wording import Say
from protocols.descriptions import library, read_model
from protocols.interfaces import Link
from scenarios.drill_loader import load_drill_with_school, shipped_drills
from scenarios.loader import load_school, shipped_schools
from twins.capability import CapabilityDocument, compile_capability
from twins.documents import ConfigError, Problem, did_you_mean, parse_yaml, read_yaml


def check_all(subjects: Sequence[str], reader: Reader) -> list[str]:
    """Return what is told of each subject; raises ConfigError with the problems of all of them."""
    lines: list[str] = []
    problems: list[Problem] = []
    for subject in subjects:
        try:
            lines.extend(check(subject, reader))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return lines


def check(subject: str, reader: Reader) -> list[str]:
    """Return a line on a subject that is right, and what is found at a school.

    Raises ConfigError.
    """
    path = Path(subject)
    if path.is_dir() or subject in shipped_schools():
        return _school(subject, reader)
    if subject.lower() in shipped_drills():
        return [_drill(subject, reader.say)]
    if not path.exists() and subject in library():
        return [_file(Path(library()[subject]), reader.say)]
    if not path.exists():
        known = [*shipped_schools(), *shipped_drills(), *library()]
        hint = did_you_mean(subject, known)
        message = f"there is no such file, school, drill or device model{hint}"
        raise ConfigError([Problem(file=subject, message=message)])
    if path.name == "school.yaml":
        return _school(str(path.parent), reader)
    return [_file(path, reader.say)]


def _file(path: Path, say: Say) -> str:
    data = parse_yaml(str(path)).data
    keys = data if isinstance(data, dict) else {}
    if "drill" in keys:
        return _drill(str(path), say)
    if "capability" in keys:
        known = compile_capability(read_yaml(str(path), CapabilityDocument))
        sentence = "{name}: capability with {n} properties"
        return say(sentence, name=known.name, n=len(known.properties))
    model = read_model(str(path))
    return say(
        "{name}: device model, {what}, {n} points over {protocol}",
        name=model.name,
        what=model.capability.name,
        n=len(model.points),
        protocol=model.protocol,
    )


def _school(subject: str, reader: Reader) -> list[str]:
    package = load_school(subject)
    links = compile_links(package)
    say = reader.say
    line = say("{name}: school with {devices} devices on {links} links, {responders} responders",
               name=package.school.id, devices=len(package.devices), links=len(links),
               responders=len(package.school.responders))  # fmt: skip
    state = None if reader.log is None else asyncio.run(state_of(reader.log, package))
    lines = [line, *assessment(package, state, reader)]
    if reader.live:
        lines += _live(links, reader.say)
    return lines


def _live(links: Sequence[Link], say: Say) -> list[str]:
    """Ask every device now, and tell of each that does not say all that its model describes."""
    from gatehouse.answering import who_answers  # noqa: PLC0415  drivers, only where they are used

    found = asyncio.run(who_answers(links))
    good = sum(not one.bad for one in found)
    lines = [say("live: {good} of {all} devices answer as described", good=good, all=len(found))]
    for one in found:
        causes = sorted(set(one.bad.values()))
        if len(one.bad) == one.points:
            lines.append("  " + say("{device}: silent", device=one.device) + f" ({causes[0]})")
        elif one.bad:
            names = ", ".join(one.bad)
            lines.append(f"  {one.device}: {names} ({'; '.join(causes)})")
    return lines


def _drill(subject: str, say: Say) -> str:
    drill, package = load_drill_with_school(subject)
    return say("{name}: drill at {school}, {injects} injects, {expected} expected actions",
               name=drill.id, school=package.school.id, injects=len(drill.injects),
               expected=len(drill.expected))  # fmt: skip
