/* Connections for their own sake: many that idle, or one after the other. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t connected, closed, next;
static bool again, measuring;
static uint64_t handshakes;
static histogram delays;
static const char **tokens;

/* A connection of the next person. */
static void begin(conn *c) {
  c->token = tokens[next];
  next = (next + 1) % set.clients;
  start(c);
}

static void take(conn *c, char *text, size_t size) {
  if (c->state != OPENING || size < 2 || text[0] != '4') return;
  if (text[1] != '0' || memmem(text, size, "\"sid\":\"", 7) == NULL) die("the connection was refused: %.*s", (int)size, text);
  c->state = CONNECTED;
  connected++;
  if (tokens == NULL) return;
  if (measuring) {
    handshakes++;
    note(&delays, clock_ns() - c->began);
  }
  finish(c);
  if (again) begin(c);
}

static void lost_connection(conn *c) {
  (void)c;
  closed++;
  if (tokens) die("the server closed a connection");
}

/* Those that heard no ping although one was due. */
static uint32_t unheard(void) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < set.clients; i++) found += conns[i].pings == 0;
  return set.seconds * 1000 > ping_ms ? found : 0;
}

void run_idle(void) {
  on = (struct handlers){.packet = take, .closed = lost_connection};
  long before = rss_kb(set.pid);
  double began = cpu_seconds(set.pid);
  uint64_t from = clock_ns(), limit = from + 120000000000u;
  for (uint32_t begun = 0; connected < set.clients;) {
    while (begun < set.clients && begun < connected + set.opening) start(&conns[begun++]);
    turn(100);
    if (clock_ns() > limit) die("only %u of %u connected in 120 s", connected, set.clients);
  }
  double opening = cpu_seconds(set.pid) - began, took = (double)(clock_ns() - from) / 1e9;
  for (uint64_t end = clock_ns() + (uint64_t)(set.warm * 1e9); clock_ns() < end;) turn(50);
  for (uint32_t i = 0; i < set.clients; i++) conns[i].pings = 0;
  double cpu = cpu_seconds(set.pid);
  uint64_t held = clock_ns();
  while (clock_ns() < held + (uint64_t)(set.seconds * 1e9)) turn(50);
  cpu = (cpu_seconds(set.pid) - cpu) / ((double)(clock_ns() - held) / 1e9);
  long after = rss_kb(set.pid);
  printf("{\"rss_before_kb\":%ld,\"rss_kb\":%ld,\"kb_each\":%.2f,\"cpu\":%.4f,\"opening_cpu_us_each\":%.1f,\"opening_s\":%.2f,"
         "\"errors\":{\"closed\":%u,\"unheard\":%u}}\n",
         before, after, (double)(after - before) / set.clients, cpu, opening * 1e6 / set.clients, took, closed, unheard());
}

/* How many connections still wait when the patience is over. */
static uint32_t drain(uint32_t used) {
  uint32_t open = used;
  again = false;
  for (uint64_t limit = clock_ns() + (uint64_t)(set.patience * 1e9); open && clock_ns() < limit;) {
    turn(10);
    open = 0;
    for (uint32_t i = 0; i < used; i++) open += conns[i].fd >= 0;
  }
  return open;
}

void run_handshakes(void) {
  on = (struct handlers){.packet = take, .closed = lost_connection};
  again = true;
  tokens = calloc(set.clients, sizeof *tokens);
  for (uint32_t i = 0; i < set.clients; i++) tokens[i] = conns[i].token;
  uint32_t used = set.opening < set.clients ? set.opening : set.clients;
  uint64_t begun = clock_ns();
  for (uint32_t i = 0; i < used; i++) begin(&conns[i]);
  while (clock_ns() < begun + (uint64_t)(set.warm * 1e9)) turn(10);
  double cpu = cpu_seconds(set.pid), own = own_cpu();
  measuring = true;
  uint64_t from = clock_ns();
  while (clock_ns() < from + (uint64_t)(set.seconds * 1e9)) turn(10);
  measuring = false;
  double seconds = (double)(clock_ns() - from) / 1e9;
  cpu = (cpu_seconds(set.pid) - cpu) / seconds, own = (own_cpu() - own) / seconds;
  uint32_t unanswered = drain(used);
  printf("{\"handshakes\":%.1f,\"cpu\":%.3f,\"load_cpu\":%.3f,", (double)handshakes / seconds, cpu, own);
  print_histogram("delay_us", &delays);
  printf(",\"errors\":{\"unanswered\":%u}}\n", unanswered);
}
