"""@node-wot 0.8.16 consumes what `gatehouse td --for node-wot` writes, against our emulators."""

import asyncio
import json
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from asyncua import Client

from protocols.descriptions import library, read_model
from protocols.exchange.node_wot import for_node_wot
from tests.library.test_conformance import running, seeds, shared

CONSUMER = Path(__file__).parent / "node-wot"

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def node():
    found = shutil.which("node")
    assert found, "node is missing: install nodejs"
    modules = CONSUMER / "node_modules" / "@node-wot"
    assert modules.is_dir(), f"@node-wot is missing: npm install --prefix {CONSUMER}"
    return found


async def namespace_index(model, url):
    if model.protocol != "opcua":
        return None
    async with Client(url) as client:
        return await client.get_namespace_index(next(iter(model.namespaces.values())))


async def test_every_point_of_every_model_that_is_exported_is_read_with_its_raw_value(node):
    things, wanted = [], {}
    async with AsyncExitStack() as stack:
        for name in library():
            model = read_model(library()[name])
            device = await stack.enter_async_context(running(model))
            values = seeds(model)
            await device.emulator.publish("device", values)
            index = await namespace_index(model, device.url)
            thing, _ = for_node_wot(model, device.url, index)
            things.append(thing)
            wanted[thing["id"]] = {
                name: model.points[name].raw_of(values[name])
                for name in thing["properties"]
                if name in model.points and name not in shared(model)
            }
        process = await asyncio.create_subprocess_exec(
            node, "read.js", cwd=CONSUMER, stdin=-1, stdout=-1, stderr=-1
        )
        out, _ = await process.communicate(json.dumps(things).encode())
    lines = [line for line in out.decode().splitlines() if line.startswith("{")]
    read = {one["id"]: one["values"] for one in map(json.loads, lines)}
    assert set(read) == set(wanted)
    for thing_id, values in wanted.items():
        for name, raw in values.items():
            assert as_number(read[thing_id][name]) == pytest.approx(as_number(raw), rel=1e-6), name


def as_number(value):
    """Return a flag, a number or a number in plain text as a number; texts stay."""
    try:
        return float(value)
    except ValueError:
        return value
