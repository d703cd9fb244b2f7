// A page that knows only its seed's document: `io(url)` without options, `emit` and `on`, no acknowledgements.
// In: one JSON array per line, what to emit. Out: one JSON array per line, what was heard; ["connect"] first.
const readline = require("node:readline");
const { io } = require("socket.io-client");

const print = (...said) => process.stdout.write(`${JSON.stringify(said)}\n`);
const socket = io(process.argv[2]);
socket.on("connect", () => print("connect"));
socket.on("connect_error", (error) => print("connect_error", error.message));
socket.onAny(print);

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => socket.emit(...JSON.parse(line)));
lines.on("close", () => process.exit(0));
