// A node-opcua client for our emulator: reads, watches, writes and calls, signed and encrypted.
const { readFileSync } = require("node:fs");
const {
  OPCUACertificateManager,
  AttributeIds, ClientMonitoredItem, ClientSubscription, DataType, MessageSecurityMode, OPCUAClient,
  SecurityPolicy, TimestampsToReturn,
} = require("node-opcua");

async function main() {
  const given = JSON.parse(process.argv[2]);
  const manager = new OPCUACertificateManager({
    rootFolder: given.pki, automaticallyAcceptUnknownCertificate: false,
  });
  await manager.initialize();
  await manager.trustCertificate(readFileSync(given.trusted));
  const client = OPCUAClient.create({
    applicationUri: given.uri,
    certificateFile: given.certificate,
    privateKeyFile: given.key,
    clientCertificateManager: manager,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0 },
  });
  const say = (what) => console.log(JSON.stringify(what));
  await client.connect(given.url);
  const session = await client.createSession();
  const index = (await session.readNamespaceArray()).indexOf(given.namespace);
  const at = (name) => `ns=${index};s=${name}`;
  const read = await session.read({ nodeId: at(given.read), attributeId: AttributeIds.Value });
  say({ read: read.value.value, type: DataType[read.value.dataType], status: read.statusCode.name });
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 50, requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 100,
    publishingEnabled: true,
  });
  const item = ClientMonitoredItem.create(
    subscription, { nodeId: at(given.read), attributeId: AttributeIds.Value },
    { samplingInterval: 20, queueSize: 10, discardOldest: true }, TimestampsToReturn.Both,
  );
  const seen = [];
  const until = (count) => new Promise((done) => {
    item.on("changed", () => { if (seen.length >= count) done(); });
  });
  item.on("changed", (data) => { seen.push(data.value.value); });
  const [first, second] = [until(1), until(2)];
  await first;
  const status = await session.write({
    nodeId: at(given.write), attributeId: AttributeIds.Value,
    value: { value: { dataType: DataType.Boolean, value: true } },
  });
  say({ write: status.name });
  await second;
  say({ seen });
  const refused = await session.write({
    nodeId: at(given.read), attributeId: AttributeIds.Value,
    value: { value: { dataType: DataType.Boolean, value: true } },
  });
  say({ refused: refused.name });
  await subscription.terminate();
  await session.close();
  await client.disconnect();
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
