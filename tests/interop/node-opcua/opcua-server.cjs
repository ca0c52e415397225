// A node-opcua server for our driver: variables, a method and an alarm, signed and encrypted.
const { readFileSync } = require("node:fs");
const {
  OPCUACertificateManager,
  DataType, MessageSecurityMode, OPCUAServer, SecurityPolicy, StatusCodes, Variant, VariantArrayType,
  coerceLocalizedText,
} = require("node-opcua");

async function main() {
  const given = JSON.parse(process.argv[2]);

  function der(file) {
    return readFileSync(file);
  }

  const manager = new OPCUACertificateManager({
    rootFolder: given.pki, automaticallyAcceptUnknownCertificate: false,
  });
  await manager.initialize();
  await manager.trustCertificate(der(given.trusted));

  const server = new OPCUAServer({
    port: given.port,
    hostname: "127.0.0.1",
    certificateFile: given.certificate,
    privateKeyFile: given.key,
    serverCertificateManager: manager,
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: true,
    serverInfo: { applicationUri: given.uri },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  space.installAlarmsAndConditionsService();
  const own = space.registerNamespace("urn:gatehouse:interop");
  const gate = own.addObject({
    organizedBy: space.rootFolder.objects, browseName: "Gate", nodeId: "s=Gate", eventNotifier: 1,
    eventSourceOf: space.rootFolder.objects.server,
  });
  const variable = (browseName, dataType, value, more = {}) =>
    own.addVariable({
      componentOf: gate, browseName, nodeId: `s=Gate.${browseName}`, dataType,
      value: new Variant({ dataType, value, ...more }),
    });
  const closed = variable("Closed", DataType.Boolean, false);
  variable("Locked", DataType.Boolean, true);
  variable("Flags", DataType.Boolean, [true, false, true], { arrayType: VariantArrayType.Array });
  variable("Name", DataType.LocalizedText, coerceLocalizedText("east gate"));
  const count = variable("Count", DataType.UInt32, 0);
  const level = variable("Forced", DataType.Double, 0);
  const alarm = own.instantiateExclusiveLimitAlarm("ExclusiveLimitAlarmType", {
    browseName: "Forced open", conditionName: "Forced", conditionSource: gate, componentOf: gate,
    inputNode: level, highLimit: 1, optionals: ["ConfirmedState", "Confirm"],
  });
  void alarm;
  const unlock = own.addMethod(gate, {
    browseName: "Unlock", nodeId: "s=Gate.Unlock",
    inputArguments: [{ name: "seconds", dataType: DataType.Float, description: "how long" }],
    outputArguments: [],
  });
  unlock.bindMethod((inputs, _context, done) => {
    if (inputs[0].value > 60) {
      done(null, { statusCode: StatusCodes.BadOutOfRange });
      return;
    }
    closed.setValueFromSource({ dataType: DataType.Boolean, value: false });
    done(null, { statusCode: StatusCodes.Good, outputArguments: [] });
  });
  await server.start();
  console.log(JSON.stringify({ url: server.getEndpointUrl() }));
  let number = 0;
  setInterval(() => count.setValueFromSource({ dataType: DataType.UInt32, value: ++number }), 200);
  process.stdin.on("data", (data) => {
    for (const line of String(data).trim().split("\n")) {
      const [what, value] = line.split(" ");
      if (what === "closed") {
        closed.setValueFromSource({ dataType: DataType.Boolean, value: value === "true" });
      } else if (what === "forced") {
        level.setValueFromSource({ dataType: DataType.Double, value: Number(value) });
      }
    }
  });
  process.stdin.on("end", () => process.exit(0));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
