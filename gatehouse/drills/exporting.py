"""`gatehouse drill export`: a case out of a gateway's log as a drill file to train it again."""

import json
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from gateway.sqlite_store import SqliteStore, schools_in
from scenarios.loader import load_school
from twins.documents import ConfigError, Problem, did_you_mean
from twins.drill_export import Record, drill_document
from twins.incident import IncidentOpened
from twins.observation import Observation


async def exported(log: Path, incident: str, school: str | None) -> str:
    """Return the drill file of an incident; `school` says where its school is, if not shipped.

    Raises ConfigError for a log, a school or an incident that is not there, and for a case of
    which no cause can be injected.
    """
    loaded = load_school(school or incident.partition("/")[0]).school
    records = await _records(log)
    try:
        document = drill_document(records, loaded, incident)
    except KeyError:
        known = [one.incident.id for _, one in records if isinstance(one, IncidentOpened)]
        hint = did_you_mean(incident, known)
        raise _wrong(log, f"holds no incident {incident!r}{hint}") from None
    except ValueError as error:
        raise _wrong(log, str(error)) from None
    text = StringIO()
    # A copy without shared parts: those would be written as aliases, which our files do not have.
    YAML().dump(json.loads(json.dumps(document)), text)
    return text.getvalue()


async def _records(log: Path) -> list[Record]:
    """Return what people, devices and the engine said; readings that changed nothing are left."""
    schools = schools_in(log)
    store = SqliteStore(log, read_only=True)
    await store.open(schools)
    try:
        return [
            (batch.now, record)
            async for batch in store.batches()
            for record in (*batch.inputs, *batch.outputs)
            if not isinstance(record, Observation)
        ]
    finally:
        await store.close()


def _wrong(log: Path, message: str) -> ConfigError:
    return ConfigError([Problem(file=str(log), message=message)])
