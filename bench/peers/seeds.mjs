// The stack that the seeds describe: Express and Socket.IO on one port, JWT, bcrypt, a pool of PostgreSQL connections,
// membership asked of the database for every event, one INSERT per message. Tables are in seeds.sql.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import bcrypt from "bcrypt";
import express from "express";
import jwt from "jsonwebtoken";
import pg from "pg";
import { Server } from "socket.io";

const SECRET = process.env.JWT_SECRET;
const LIMIT = Number(process.env.MESSAGE_RATE_LIMIT ?? 5);
const WINDOW = Number(process.env.MESSAGE_RATE_WINDOW_MS ?? 10_000);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL ?? 10) });

const app = express();
app.use(express.json());
const http = createServer(app);
const io = new Server(http, { cors: { origin: "*" } });

// Accounts and tokens.

const tokenOf = (user) => jwt.sign({ userId: user.id, name: user.name }, SECRET, { expiresIn: "24h" });

app.post("/api/auth/register", async (request, response) => {
  const { name, email, password } = request.body;
  if (!name || !email || !password) return response.status(400).json({ error: "Missing fields" });
  const user = { id: randomUUID(), name };
  const hash = await bcrypt.hash(password, 10);
  await pool.query("INSERT INTO users (id, email, password_hash, name) VALUES ($1, $2, $3, $4)", [user.id, email, hash, name]);
  response.status(201).json({ token: tokenOf(user) });
});

app.post("/api/auth/login", async (request, response) => {
  const { email, password } = request.body;
  const { rows } = await pool.query("SELECT id, name, password_hash FROM users WHERE email = $1", [email]);
  const known = rows.length > 0 && (await bcrypt.compare(password, rows[0].password_hash));
  if (!known) return response.status(401).json({ error: "Invalid credentials" });
  response.json({ token: tokenOf(rows[0]) });
});

const signedIn = (request, response, next) => {
  try {
    request.user = jwt.verify((request.headers.authorization ?? "").slice(7), SECRET);
    next();
  } catch {
    response.status(401).json({ error: "Unauthorized" });
  }
};

// Rooms and history.

const isMember = async (roomId, userId) => {
  const { rowCount } = await pool.query("SELECT 1 FROM room_members WHERE room_id = $1 AND user_id = $2", [roomId, userId]);
  return rowCount > 0;
};

const ROOM = `r.id, r.name, r.is_private AS "isPrivate", r.created_by_id AS "createdById", r.created_at AS "createdAt"`;
const MINE = "FROM rooms r JOIN room_members m ON m.room_id = r.id";
// Not of the seeds: what Chatroom's list says besides, how many members there are and what was said last.
const FULL = `, (SELECT count(*)::int FROM room_members WHERE room_id = r.id) AS "memberCount", l.* ${MINE} LEFT JOIN LATERAL (
  SELECT x.id AS "lastId", x.content, x.created_at AS "lastAt", u.id AS "senderId", u.name AS username
  FROM messages x JOIN users u ON u.id = x.sender_id WHERE x.room_id = r.id ORDER BY x.created_at DESC, x.id DESC LIMIT 1) l ON true`;

app.get("/api/rooms", signedIn, async (request, response) => {
  const more = request.query.full ? FULL : MINE;
  const { rows } = await pool.query(`SELECT ${ROOM} ${more} WHERE m.user_id = $1 ORDER BY r.created_at DESC`, [
    request.user.userId,
  ]);
  response.json(rows);
});

const PAGE = `SELECT m.id, m.room_id AS "roomId", m.sender_id AS "senderId", u.name AS username, m.content,
  m.created_at AS "createdAt" FROM messages m JOIN users u ON u.id = m.sender_id WHERE m.room_id = $1`;
const NEWEST_FIRST = "ORDER BY m.created_at DESC, m.id DESC LIMIT $2";
const BEFORE = "AND (m.created_at, m.id) < (SELECT created_at, id FROM messages WHERE id = $3)";

app.get("/api/rooms/:roomId/messages", signedIn, async (request, response) => {
  const { roomId } = request.params;
  const { cursor } = request.query;
  const limit = Math.min(Number(request.query.limit ?? 50), 100);
  if (!(await isMember(roomId, request.user.userId))) return response.status(403).json({ error: "Forbidden" });
  const found = cursor
    ? await pool.query(`${PAGE} ${BEFORE} ${NEWEST_FIRST}`, [roomId, limit + 1, cursor])
    : await pool.query(`${PAGE} ${NEWEST_FIRST}`, [roomId, limit + 1]);
  const hasMore = found.rows.length > limit;
  const messages = found.rows.slice(0, limit).reverse();
  response.json({ messages, nextCursor: hasMore ? messages[0].id : null, hasMore });
});

// Sockets.

io.use((socket, next) => {
  try {
    socket.data.user = jwt.verify(socket.handshake.auth.token, SECRET);
    next();
  } catch {
    next(new Error("Unauthorized"));
  }
});

const connections = new Map();
const sentAt = new Map();

const isTooFast = (key) => {
  if (LIMIT === 0) return false;
  const recent = (sentAt.get(key) ?? []).filter((at) => at > Date.now() - WINDOW);
  recent.push(Date.now());
  sentAt.set(key, recent);
  return recent.length > LIMIT;
};

io.on("connection", (socket) => {
  const { userId, name } = socket.data.user;
  connections.set(userId, (connections.get(userId) ?? 0) + 1);
  if (connections.get(userId) === 1) io.emit("user_status", { userId, status: "online" });

  socket.on("join_room", async ({ roomId }, answer) => {
    if (!(await isMember(roomId, userId))) return answer?.({ ok: false, error: "Forbidden" });
    socket.join(roomId);
    answer?.({ ok: true });
  });

  socket.on("send_message", async ({ roomId, content }, answer) => {
    const text = typeof content === "string" ? content.trim() : "";
    if (!text || text.length > 4000) return answer?.({ ok: false, error: "Bad message" });
    if (isTooFast(`${userId}:${roomId}`)) return answer?.({ ok: false, error: "Too fast" });
    if (!(await isMember(roomId, userId))) return answer?.({ ok: false, error: "Forbidden" });
    const message = { id: randomUUID(), roomId, senderId: userId, username: name, content: text, createdAt: new Date() };
    await pool.query(
      "INSERT INTO messages (id, room_id, sender_id, content, created_at) VALUES ($1, $2, $3, $4, $5)",
      [message.id, roomId, userId, text, message.createdAt],
    );
    io.to(roomId).emit("receive_message", message);
    answer?.({ ok: true, data: message });
  });

  socket.on("typing", ({ roomId, isTyping }) => socket.to(roomId).emit("typing", { userId, roomId, isTyping }));

  socket.on("disconnect", async () => {
    connections.set(userId, connections.get(userId) - 1);
    if (connections.get(userId) > 0) return;
    connections.delete(userId);
    await pool.query("UPDATE users SET last_seen = now() WHERE id = $1", [userId]);
    io.emit("user_status", { userId, status: "offline", lastSeen: new Date() });
  });
});

http.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
