/* The limit: the least that a Socket.IO room server can do. It believes its clients, keeps nothing, and does one
   send(2) per connection and turn. `limit <port>` serves the load generator, and nobody else, until it is ended. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER (256 * 1024)
#define ROOMS 65536
#define TURN 1024 /* sockets read before anything is written, as many as ours: with 512 it sent nearly twice as often */
/* The generator always asks with the key of the RFC's example. */
#define UPGRADED \
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
#define OPEN "0{\"sid\":\"limit\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}"

typedef struct conn {
  int fd, place; /* in the room's list */
  bool upgraded, dirty;
  uint32_t room;
  char *rest, *out;
  uint32_t rest_size, out_size, out_room;
} conn;

static struct { conn **members; uint32_t count, room; } rooms[ROOMS];
static conn **dirty;
static uint32_t dirty_count, dirty_room;
static int poller;

static char *reserve(conn *c, size_t size) {
  if (!c->dirty) {
    c->dirty = true;
    if (dirty_count == dirty_room) dirty = realloc(dirty, (dirty_room = dirty_room * 2 + 64) * sizeof *dirty);
    dirty[dirty_count++] = c;
  }
  if (c->out_size + size > c->out_room) c->out = realloc(c->out, c->out_room = (uint32_t)(c->out_size + size) * 2);
  c->out_size += (uint32_t)size;
  return c->out + c->out_size - size;
}

static size_t frame(char *to, const char *text, size_t size) {
  size_t head = size < 126 ? 2 : 4;
  to[0] = (char)0x81;
  if (size < 126)
    to[1] = (char)size;
  else
    to[1] = 126, to[2] = (char)(size >> 8), to[3] = (char)size;
  memcpy(to + head, text, size);
  return head + size;
}

static void say(conn *c, const char *text, size_t size) {
  char whole[256];
  size_t length = frame(whole, text, size);
  memcpy(reserve(c, length), whole, length);
}

static uint32_t room_of(const char *text, size_t size) {
  const char *found = memmem(text, size, "\"roomId\":\"r", 11);
  return found ? (uint32_t)atoi(found + 11) % ROOMS : 0;
}

static void join(conn *c, uint32_t room) {
  if (rooms[room].count == rooms[room].room)
    rooms[room].members = realloc(rooms[room].members, (rooms[room].room = rooms[room].room * 2 + 8) * sizeof(conn *));
  c->room = room;
  c->place = (int)rooms[room].count;
  rooms[room].members[rooms[room].count++] = c;
}

static void broadcast(uint32_t room, const char *payload, size_t size) {
  static char text[BUFFER], whole[BUFFER];
  size_t length = (size_t)sprintf(text, "42[\"receive_message\",");
  memcpy(text + length, payload, size);
  length = frame(whole, text, length + size);
  for (uint32_t i = 0; i < rooms[room].count; i++) memcpy(reserve(rooms[room].members[i], length), whole, length);
}

static void take(conn *c, char *text, size_t size) {
  if (size < 2 || text[0] != '4') return;
  if (text[1] == '0') {
    say(c, "40{\"sid\":\"limit\"}", 16);
    return;
  }
  char answer[64];
  uint32_t id = (uint32_t)atoi(text + 2);
  char *name = memchr(text, '"', size), *payload = memmem(text, size, "\",", 2);
  if (name == NULL || payload == NULL) return;
  if (name[1] == 'j')
    join(c, room_of(payload, (size_t)(text + size - payload)));
  else
    broadcast(c->room, payload + 2, (size_t)(text + size - payload) - 2);
  say(c, answer, (size_t)sprintf(answer, "43%u[{\"ok\":true}]", id));
}

static size_t take_frames(conn *c, char *data, size_t size) {
  size_t at = 0;
  while (size - at >= 6) {
    unsigned char *head = (unsigned char *)data + at;
    size_t length = head[1] & 127, start = 6;
    if (length == 126) length = (size_t)head[2] << 8 | head[3], start = 8;
    if (size - at < start + length) break;
    char *text = data + at + start, *mask = text - 4;
    for (size_t i = 0; i < length; i++) text[i] ^= mask[i & 3];
    take(c, text, length);
    at += start + length;
  }
  return at;
}

static void leave(conn *c) {
  if (c->place >= 0) {
    conn *last = rooms[c->room].members[--rooms[c->room].count];
    rooms[c->room].members[c->place] = last;
    last->place = c->place;
  }
  close(c->fd);
  c->fd = -1; /* a few bytes stay behind per connection: this program lives for seconds */
}

static void receive(conn *c) {
  static char data[BUFFER + 1];
  memcpy(data, c->rest, c->rest_size);
  ssize_t got = recv(c->fd, data + c->rest_size, BUFFER - c->rest_size, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    leave(c);
    return;
  }
  size_t size = c->rest_size + (size_t)got, at = 0;
  data[size] = 0;
  if (c->upgraded) {
    at = take_frames(c, data, size);
  } else if (strstr(data, "\r\n\r\n")) {
    c->upgraded = true;
    memcpy(reserve(c, sizeof UPGRADED - 1), UPGRADED, sizeof UPGRADED - 1);
    say(c, OPEN, sizeof OPEN - 1);
    at = size;
  }
  c->rest_size = (uint32_t)(size - at);
  if (c->rest_size) memcpy(c->rest = realloc(c->rest, c->rest_size), data + at, c->rest_size);
}

static void flush(conn *c) {
  c->dirty = false;
  if (c->fd < 0) return;
  ssize_t sent = send(c->fd, c->out, c->out_size, MSG_NOSIGNAL);
  if (sent < 0) sent = 0;
  c->out_size -= (uint32_t)sent;
  if (c->out_size) memmove(c->out, c->out + sent, c->out_size);
  struct epoll_event event = {.events = EPOLLIN | (c->out_size ? EPOLLOUT : 0), .data.ptr = c};
  if (c->out_size || sent == 0) epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

static void admit(int listener) {
  int one = 1, fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    conn *c = calloc(1, sizeof *c);
    c->fd = fd, c->place = -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  }
}

static int listen_on(int port) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) exit(1);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  return listener;
}

int main(int count, char **words) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poller = epoll_create1(0);
  int listener = listen_on(count > 1 ? atoi(words[1]) : 3000);
  for (;;) {
    struct epoll_event events[TURN];
    int ready = epoll_wait(poller, events, TURN, -1);
    for (int i = 0; i < ready; i++) {
      conn *c = events[i].data.ptr;
      if (c == NULL) {
        admit(listener);
        continue;
      }
      if (c->fd >= 0 && events[i].events & EPOLLOUT) flush(c);
      if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
    }
    for (uint32_t i = 0; i < dirty_count; i++) flush(dirty[i]);
    dirty_count = 0;
  }
}
