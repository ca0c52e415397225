// Reads every property of the Things on standard input and prints what came, one JSON object a line.
const { Servient } = require("@node-wot/core");
const { ModbusClientFactory } = require("@node-wot/binding-modbus");
const { CoapClientFactory } = require("@node-wot/binding-coap");
const { OPCUAClientFactory } = require("@node-wot/binding-opcua");

const PATIENCE = 5000; // milliseconds for one property

async function read(thing, name) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE));
  const output = await Promise.race([thing.readProperty(name), late]);
  return output.value();
}

(async () => {
  const things = JSON.parse(require("fs").readFileSync(0));
  console.debug = console.info = console.warn = () => {};
  for (const described of things) {
    const servient = new Servient();
    servient.addClientFactory(new ModbusClientFactory());
    servient.addClientFactory(new CoapClientFactory());
    servient.addClientFactory(new OPCUAClientFactory());
    const wot = await servient.start();
    const thing = await wot.consume(described);
    const values = {};
    for (const [name, property] of Object.entries(described.properties)) {
      if (property.writeOnly) continue;
      try {
        values[name] = await read(thing, name);
      } catch (error) {
        values[name] = `error: ${error.message}`;
      }
    }
    process.stdout.write(JSON.stringify({ id: described.id, values }) + "\n");
    await servient.shutdown().catch(() => {});
  }
  process.exit(0);
})();
