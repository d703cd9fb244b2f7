// The stock JavaScript client, driven by lines of JSON on standard input; what it hears goes to standard output.
// In: {do: "emit", args: [...]} | {do: "call", id, args: [...]} | {do: "close"}. Out: {what, ...}.
const readline = require("node:readline");
const { io } = require("socket.io-client");

const [url, options] = [process.argv[2], JSON.parse(process.argv[3])];
const say = (what, rest) => process.stdout.write(`${JSON.stringify({ what, ...rest })}\n`);

const socket = io(url, options);
const transport = () => socket.io.engine.transport.name;
socket.on("connect", () => {
  say("connect", { transport: transport() });
  socket.io.engine.on("upgrade", () => say("upgrade", { transport: transport() }));
});
socket.on("disconnect", (reason) => say("disconnect", { reason }));
socket.on("connect_error", (error) => say("connect_error", { message: error.message, data: error.data ?? null }));
socket.onAny((event, ...args) => say("event", { event, args }));

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const order = JSON.parse(line);
  if (order.do === "emit") {
    socket.emit(...order.args);
  } else if (order.do === "call") {
    socket.timeout(10000).emit(...order.args, (error, answer) => {
      say("answer", { id: order.id, answer: error ? null : answer });
    });
  } else {
    socket.disconnect();
    process.exit(0);
  }
});
