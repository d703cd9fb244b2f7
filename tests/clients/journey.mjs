// One journey of the stock client through everything it can do, as JSON on one line:
// node journey.mjs <url> <transports, comma-separated>
import { io } from "socket.io-client";

const [url, transports] = process.argv.slice(2);
const options = { transports: transports.split(","), forceNew: true, reconnectionDelay: 50, timeout: 5000 };
const result = {};
const once = (emitter, name) => new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));
const deadline = setTimeout(() => {
  console.log(JSON.stringify({ ...result, stuck: true }));
  process.exit(1);
}, 20000);

const socket = io(url, { ...options, auth: { token: "t" } });
await once(socket, "connect");
result.connected = typeof socket.id === "string" && socket.id !== socket.io.engine.id;

if (transports.startsWith("polling,") && socket.io.engine.transport.name === "polling") {
  await once(socket.io.engine, "upgrade");
}
result.transport = socket.io.engine.transport.name;

socket.emit("echo", 1, "two", { three: [null, true] }, "é 😀");
result.text = await once(socket, "echoed");

result.ack = await socket.timeout(5000).emitWithAck("echo", { a: 1 });

const data = Uint8Array.from([0, 1, 255]);
socket.emit("echo", data, { nested: data, empty: new Uint8Array(0) });
const [bytes, object] = await once(socket, "echoed");
result.binary = [[...new Uint8Array(bytes)], [...new Uint8Array(object.nested)], new Uint8Array(object.empty).length];

const big = "x".repeat(300000);
result.big = (await socket.timeout(5000).emitWithAck("echo", big)).length;

socket.on("question", (a, b, answer) => answer(a + b));
result.called = await socket.timeout(5000).emitWithAck("call-me", 2, 3);

const numbers = [];
const all = new Promise((resolve) => {
  socket.on("numbered", (number) => numbers.push(number) === 500 && resolve());
});
for (let number = 0; number < 500; number++) {
  socket.emit("number", number);
}
await all;
result.ordered = numbers.every((number, index) => number === index);

const custom = socket.io.socket("/custom");
await once(custom, "connect");
result.namespace = await custom.timeout(5000).emitWithAck("echo", "there");
custom.disconnect();

const unknown = socket.io.socket("/unknown");
const [refusal] = await once(unknown, "connect_error");
result.refusal = refusal.message;

socket.emit("drop-me");
const [reason] = await once(socket, "disconnect");
await once(socket, "connect");
result.reconnected = reason;

socket.emit("kick-me");
[result.kicked] = await once(socket, "disconnect");
result.active = socket.active;

clearTimeout(deadline);
console.log(JSON.stringify(result));
process.exit(0);
