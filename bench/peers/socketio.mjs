// The npm socket.io server as its documentation shows it: rooms, one emit to all, an acknowledgement.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  socket.on("join_room", ({ roomId }, answer) => {
    socket.join(roomId);
    answer({ ok: true });
  });
  socket.on("send_message", (message, answer) => {
    io.to(message.roomId).emit("receive_message", message);
    answer({ ok: true });
  });
});

http.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
