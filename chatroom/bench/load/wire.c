/* Non-blocking sockets, the WebSocket upgrade, frames in and out, and the Engine.IO packets that every mode answers. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER (512 * 1024)
#define EVENTS 512
#define KEY "dGhlIHNhbXBsZSBub25jZQ==" /* the example of RFC 6455, and what a server must say to it */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define MASK "\x5a\x1f\xc3\x77"

conn *conns;
uint64_t now;
uint32_t ping_ms;
int poller;
struct handlers on;
static uint32_t known;
static char buffer[BUFFER + 1];

void make_conns(uint32_t count) {
  poller = epoll_create1(0);
  known = count;
  conns = calloc(count, sizeof *conns);
  for (uint32_t i = 0; i < count; i++) conns[i].index = i, conns[i].fd = -1;
}

static void watch(conn *c, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  epoll_ctl(poller, operation, c->fd, &event);
}

/* Connections of loopback come from many addresses, as those of real clients do: servers limit each address, and one
   address has 28 000 ports only, each of which rests a minute after its use. */
static void spread(conn *c) {
  static uint32_t turns;
  int one = 1;
  uint32_t number = turns++ % 40000;
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl((127u << 24) + ((1 + number / 200) << 8) + 1 + number % 200);
  setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) die("bind: %s", strerror(errno));
}

void start(conn *c) {
  int one = 1;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)set.port)};
  if (inet_pton(AF_INET, set.host, &to.sin_addr) != 1) die("%s is no IPv4 address", set.host);
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) die("socket: %s", strerror(errno));
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (strncmp(set.host, "127.", 4) == 0) spread(c);
  c->rest_size = c->out_size = 0;
  c->began = clock_ns();
  c->lives++;
  c->state = CONNECTING;
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) die("connect: %s", strerror(errno));
  c->stalled = true;
  watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

void finish(conn *c) {
  if (c->fd < 0) return;
  close(c->fd);
  c->fd = -1;
  c->state = CLOSED;
  c->rest_size = 0;
}

void append(conn *c, const char *data, size_t size) {
  if (c->out_size + size > c->out_room) {
    c->out_room = (uint32_t)(c->out_size + size) * 2;
    c->out = realloc(c->out, c->out_room);
  }
  memcpy(c->out + c->out_size, data, size);
  c->out_size += (uint32_t)size;
}

void append_text(conn *c, const char *data, size_t size) {
  char head[8] = {(char)0x81};
  size_t length = 2;
  if (size < 126) {
    head[1] = (char)(0x80 | size);
  } else {
    head[1] = (char)(0x80 | 126), head[2] = (char)(size >> 8), head[3] = (char)size, length = 4;
  }
  append(c, head, length);
  append(c, MASK, 4);
  append(c, data, size);
  char *masked = c->out + c->out_size - size;
  for (size_t i = 0; i < size; i++) masked[i] ^= MASK[i & 3];
}

void flush(conn *c) {
  if (c->out_size == 0 || c->state <= CONNECTING) return;
  ssize_t sent = send(c->fd, c->out, c->out_size, MSG_NOSIGNAL);
  if (sent < 0) sent = 0; /* a broken connection is noticed by the next read */
  memmove(c->out, c->out + sent, c->out_size - (size_t)sent);
  c->out_size -= (uint32_t)sent;
  if (c->stalled != (c->out_size > 0)) {
    c->stalled = !c->stalled;
    watch(c, EPOLL_CTL_MOD, EPOLLIN | (c->stalled ? EPOLLOUT : 0));
  }
}

static void say_upgrade(conn *c) {
  char text[512];
  int size = snprintf(text, sizeof text,
                      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Key: " KEY "\r\n"
                      "Sec-WebSocket-Version: 13\r\n\r\n",
                      set.host, set.port);
  append(c, text, (size_t)size);
}

void say_connect(conn *c) {
  char text[2048];
  int size = c->token ? snprintf(text, sizeof text, "40{\"token\":\"%s\"}", c->token) : snprintf(text, sizeof text, "40");
  append_text(c, text, (size_t)size);
}

static void opened(conn *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) die("connect: %s", strerror(error));
  c->state = UPGRADING;
  if (on.open)
    on.open(c);
  else
    say_upgrade(c);
  flush(c);
}

static void take_packet(conn *c, char *text, size_t size) {
  if (size && text[0] == '2') {
    append_text(c, "3", 1);
    c->pings++;
  } else if (size && text[0] == '0' && c->state == OPENING) {
    const char *interval = memmem(text, size, "\"pingInterval\":", 15);
    if (interval == NULL || memmem(text, size, "\"sid\":\"", 7) == NULL) die("a bad start: %.*s", (int)size, text);
    ping_ms = (uint32_t)atoi(interval + 15);
    say_connect(c);
  } else {
    on.packet(c, text, size);
  }
}

/* Take the frames in data and return how much of it was complete. Servers do not mask. */
static size_t take_frames(conn *c, char *data, size_t size) {
  size_t at = 0;
  while (c->state > UPGRADING && size - at >= 2) {
    const unsigned char *head = (unsigned char *)data + at;
    size_t length = head[1], start_at = at + 2;
    if (length == 126) {
      if (size - at < 4) break;
      length = (size_t)head[2] << 8 | head[3], start_at = at + 4;
    } else if (length >= 127) {
      die("a frame of 64 kB or a masked one from the server");
    }
    if (size - start_at < length) break;
    at = start_at + length;
    if (head[0] == 0x81)
      take_packet(c, data + start_at, length);
    else if (head[0] == 0x88)
      return size; /* the end of the stream follows */
    else if (head[0] != 0x89 && head[0] != 0x8a)
      die("a frame that starts with %#x", head[0]);
  }
  return at;
}

static size_t take_upgrade(conn *c, char *data, size_t size) {
  data[size] = 0;
  char *end = strstr(data, "\r\n\r\n");
  if (end == NULL) return 0;
  char *accepted = strstr(data, ACCEPT);
  if (strncmp(data, "HTTP/1.1 101", 12) || accepted == NULL || accepted > end) die("the upgrade was refused: %.60s ... %.100s", data, end + 4);
  c->state = OPENING;
  return (size_t)(end + 4 - data);
}

void keep(conn *c, const char *data, size_t size) {
  char *kept = size ? malloc(size) : NULL;
  if (size) memcpy(kept, data, size);
  free(c->rest);
  c->rest = kept;
  c->rest_size = (uint32_t)size;
}

static void take(conn *c) {
  uint32_t life = c->lives;
  for (;;) {
    size_t have = c->rest_size, at = 0;
    memcpy(buffer, c->rest, have);
    ssize_t got = recv(c->fd, buffer + have, BUFFER - have, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      finish(c);
      on.closed(c);
      return;
    }
    now = clock_ns();
    size_t size = have + (size_t)got;
    if (on.bytes) {
      on.bytes(c, buffer, size);
    } else {
      if (c->state == UPGRADING) at = take_upgrade(c, buffer, size);
      at += take_frames(c, buffer + at, size - at);
      if (c->fd < 0 || c->lives != life) return; /* the mode has finished with it */
      if (size != at || have) keep(c, buffer + at, size - at);
    }
    if ((size_t)got < BUFFER - have) return;
  }
}

void turn(int timeout_ms) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(poller, events, EVENTS, timeout_ms);
  for (int i = 0; i < count; i++) {
    conn *c = events[i].data.ptr;
    if (c == NULL) continue; /* a timer: it only ends the wait */
    if (c->state == CONNECTING && events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) opened(c);
    if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) take(c);
    if (c->fd >= 0) flush(c);
  }
}
