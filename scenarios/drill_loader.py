"""Read a drill file, check everything in it, and compile it to a `Drill`."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from scenarios.drill import (
    DEEDS,
    CountDocument,
    Drill,
    DrillDocument,
    EventFilter,
    ExpectedAction,
    ExpectedDocument,
    FilterDocument,
    Inject,
    InjectDocument,
    People,
    Scalar,
)
from scenarios.loader import load_school
from scenarios.local_time import parse_start
from scenarios.package import SchoolPackage
from scenarios.references import IDS, known_words
from scenarios.story import EVENT_KINDS
from twins.documents import (
    ConfigError,
    Document,
    KeyPath,
    Problem,
    did_you_mean,
    parse_yaml,
    validated,
)
from twins.instant import parse_duration

NOUNS = {"who": "person or role in the population", "where": "zone or lane", "place": "zone"}
"""How a name is called in a complaint, where it is not its own noun."""


def shipped_drills() -> Mapping[str, Path]:
    """Return the package's own drills: name → file."""
    folder = Path(str(files("scenarios").joinpath("drills")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def drill_file(name_or_file: str | Path) -> Path:
    """Return the file of a drill given by name (`d01`) or by path; raises ConfigError."""
    text = str(name_or_file)
    shipped = shipped_drills()
    if text.lower() in shipped:
        return shipped[text.lower()]
    path = Path(name_or_file)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    hint = did_you_mean(text.lower(), list(shipped))
    raise ConfigError([Problem(file=text, message=f"there is no such drill{hint}")])


def load_drill(name_or_file: str | Path) -> Drill:
    """Return a drill, checked as far as the file alone can tell; raises ConfigError."""
    return _Reader(parse_yaml(str(drill_file(name_or_file))), None).drill()


def load_drill_with_school(name_or_file: str | Path) -> tuple[Drill, SchoolPackage]:
    """Return a drill and its school, each checked against the other; raises ConfigError.

    `school:` names a folder, from the drill's own folder, or else one of the package's schools.
    """
    file = drill_file(name_or_file)
    document = parse_yaml(str(file))
    written = validated(document, DrillDocument)
    beside = file.parent / written.school
    try:
        package = load_school(beside if beside.is_dir() else written.school)
    except ConfigError as error:
        if beside.is_dir() or any(problem.line for problem in error.problems):
            raise
        message = f"school: {error.problems[0].message}"
        raise ConfigError([document.problem(("school",), message)]) from None
    return _Reader(document, package).drill(), package


class _Reader:
    """Compiles one drill and collects every problem on the way."""

    def __init__(self, document: Document, package: SchoolPackage | None) -> None:
        self._document = document
        self._written = validated(document, DrillDocument)
        self._school = package.school.id if package else Path(self._written.school).name
        self._words = dict(known_words(package))
        self._problems: list[Problem] = []

    def drill(self) -> Drill:
        written = self._written
        population = tuple(self._population())
        self._words["who"] = [one.id or one.role for one in population]
        injects = tuple(self._injects())
        self._words["inject"] = [inject.id for inject in injects]
        expected = tuple(self._expected())
        if self._problems:
            raise ConfigError(self._problems)
        return Drill(
            id=written.drill,
            title=written.title,
            school=self._school,
            start=parse_start(written.start),
            case=written.case.text,
            rows=tuple(written.case.rows),
            source=written.case.source,
            population=population,
            injects=tuple(sorted(injects, key=lambda inject: inject.at)),
            expected=expected,
            measures=tuple(written.measures),
        )

    def _population(self) -> Iterator[People]:
        ids: list[str] = []
        for index, people in enumerate(self._written.population):
            path: KeyPath = ("population", index)
            if people.id is not None:
                self._once((*path, "id"), people.id, ids)
                if people.count != 1:
                    self._complain((*path, "count"), "count: who has an id is one person")
            place = self._id((*path, "at"), "zone", people.at)
            yield People(id=people.id or "", role=people.role, place=place, count=people.count)

    def _injects(self) -> Iterator[Inject]:
        ids: list[str] = []
        for index, inject in enumerate(self._written.injects):
            path: KeyPath = ("injects", index)
            name = inject.id or inject.do
            self._once((*path, "id" if inject.id else "do"), name, ids)
            self._check_needs(path, inject)
            if inject.who is not None:
                self._known((*path, "who"), "who", inject.who)
            yield Inject(
                id=name,
                at=parse_duration(inject.at),
                do=inject.do,
                who=inject.who or "",
                where=self._id((*path, "where"), "where", inject.where),
                device=self._id((*path, "device"), "device", inject.device),
                lasts=parse_duration(inject.lasts) if inject.lasts else 0,
            )

    def _check_needs(self, path: KeyPath, inject: InjectDocument) -> None:
        given = {"who": inject.who, "where": inject.where, "device": inject.device}
        given["for"] = inject.lasts
        missing = [key for key in DEEDS[inject.do] if given[key] is None]
        if missing:
            self._complain(path, f"{inject.do!r} needs {' and '.join(missing)}")

    def _expected(self) -> Iterator[ExpectedAction]:
        ids: list[str] = []
        for index, expected in enumerate(self._written.expected):
            path: KeyPath = ("expected", index)
            self._once((*path, "id"), expected.id, ids)
            self._check_limits(path, expected)
            at_least, at_most = _number(expected.count)
            if at_most is not None and at_least > at_most:
                self._complain((*path, "count"), "count: min is more than max")
            yield ExpectedAction(
                id=expected.id,
                title=expected.title,
                when=self._filter((*path, "when"), expected.when),
                after=self._anchor((*path, "after"), expected.after),
                until=self._anchor((*path, "until"), expected.until),
                within=parse_duration(expected.within) if expected.within else None,
                never=expected.never,
                at_least=at_least,
                at_most=at_most,
            )

    def _check_limits(self, path: KeyPath, expected: ExpectedDocument) -> None:
        if expected.within is not None and expected.after is None:
            self._complain((*path, "within"), "within: needs `after`, the event it counts from")
        if expected.never and expected.count is not None:
            self._complain((*path, "count"), "count: does not go with `never`")

    def _anchor(self, path: KeyPath, written: str | FilterDocument | None) -> EventFilter | None:
        if written is None:
            return None
        if not isinstance(written, str):
            return self._filter(path, written)
        self._known(path, "inject", written)
        return EventFilter(kind="inject", subjects=(written,), details={})

    def _filter(self, path: KeyPath, document: FilterDocument) -> EventFilter:
        written = document.root
        event = str(written.get("event", ""))
        kind = EVENT_KINDS.get(event)
        if kind is None:
            message = f"{event!r} is no event" if event else "'event' is missing"
            hint = did_you_mean(event, list(EVENT_KINDS))
            self._complain((*path, "event"), f"{message}{hint}")
            return EventFilter(kind=event, details={})
        allowed = (kind.subject, *kind.details)
        details: dict[str, tuple[Scalar, ...]] = {}
        for name, value in written.items():
            if name == "event":
                continue
            if name not in allowed:
                hint = did_you_mean(name, allowed)
                self._complain((*path, name), f"{event} has no {name!r}{hint}")
                continue
            values = value if isinstance(value, list) else [value]
            details[name] = tuple(self._value((*path, name), name, one) for one in values)
        subjects = tuple(str(value) for value in details.pop(kind.subject, ()))
        return EventFilter(kind=event, subjects=subjects, details=details)

    def _value(self, path: KeyPath, name: str, value: Scalar) -> Scalar:
        if name in IDS:
            return self._id(path, name, str(value))
        self._known(path, name, str(value))
        return value

    def _id(self, path: KeyPath, name: str, word: str | None) -> str:
        """Return the full id of something in the school, or nothing for nothing."""
        if word is None:
            return ""
        self._known(path, name, word)
        return f"{self._school}/{word}"

    def _known(self, path: KeyPath, name: str, word: str) -> None:
        known = self._words.get(name)
        if known is not None and word not in known:
            hint = did_you_mean(word, known)
            self._complain(path, f"{path[-1]}: there is no {NOUNS.get(name, name)} {word!r}{hint}")

    def _once(self, path: KeyPath, name: str, ids: list[str]) -> None:
        if name in ids:
            self._complain(path, f"{name!r} stands here twice; give each its own id")
        ids.append(name)

    def _complain(self, path: KeyPath, message: str) -> None:
        self._problems.append(self._document.problem(path, message))


def _number(count: int | CountDocument | None) -> tuple[int, int | None]:
    """Return how many events are needed at least and allowed at most."""
    match count:
        case None:
            return 1, None
        case int():
            return count, count
        case CountDocument(minimum=minimum, maximum=maximum):
            return minimum, maximum
