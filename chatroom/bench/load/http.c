/* GET over connections that stay open, one request at a time on each. The third words of the people file are the
   paths; the requests ask for one after the other, over and over. With `--word` nothing changes meanwhile, so every
   answer to a path must be what the first was, and that must hold `--words` times the word. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING UINT32_MAX

typedef struct { char *text; size_t size; } body;

static uint64_t answers, bytes;
static uint64_t refused, closed, different, poor, unasked, unanswered;
static bool over, measuring;
static histogram delays;
static uint32_t *asked, next; /* the lines of the file: which each connection asked for, which is the next */
static body *first;           /* answer to each line */

static void ask(conn *c) {
  char text[4096];
  const conn *line = &conns[next];
  asked[c->index] = next;
  next = (next + 1) % set.clients;
  int size = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: application/json\r\n"
                      "Authorization: Bearer %s\r\n\r\n", line->path, set.host, set.port, line->token);
  c->began = clock_ns();
  append(c, text, (size_t)size);
}

static uint32_t count(const char *text, const char *word) {
  uint32_t found = 0;
  for (const char *at = text; (at = strstr(at, word)); at += strlen(word)) found++;
  return found;
}

static void compare(body *known, const char *text, size_t size) {
  if (!set.word) return; /* /health tells the time */
  if (known->text) {
    if (known->size != size || memcmp(known->text, text, size)) different++;
    return;
  }
  known->text = strndup(text, size);
  known->size = size;
  if (count(known->text, set.word) != set.words && poor++ == 0) fprintf(stderr, "load: %.300s\n", known->text);
}

/* How long the answer is, head and body; 0 when its head has not come. */
static size_t whole(const char *data, const char *end) {
  if (end == NULL) return 0;
  const char *length = strcasestr(data, "\r\ncontent-length:");
  if (length == NULL || length > end) die("an answer without Content-Length: %.200s", data);
  return (size_t)(end + 4 - data) + strtoul(length + 17, NULL, 10);
}

static void take(conn *c, char *data, size_t size) {
  data[size] = 0;
  const char *end = strstr(data, "\r\n\r\n");
  size_t length = whole(data, end);
  if (end == NULL || size < length) {
    keep(c, data, size);
    return;
  }
  keep(c, NULL, 0);
  if (size > length || asked[c->index] == NOTHING) unasked++;
  if (asked[c->index] == NOTHING) return;
  if (strncmp(data, "HTTP/1.1 200", 12) == 0)
    compare(&first[asked[c->index]], end + 4, length - (size_t)(end + 4 - data));
  else if (refused++ == 0)
    fprintf(stderr, "load: %.300s\n", data);
  asked[c->index] = NOTHING;
  if (measuring) {
    answers++;
    bytes += length;
    note(&delays, now - c->began);
  }
  if (!over) ask(c);
}

static void lost_connection(conn *c) {
  (void)c;
  closed++;
}

static uint32_t waiting(uint32_t used) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < used; i++) found += asked[i] != NOTHING;
  return found;
}

/* What was asked for must be answered, once. */
static void drain(uint32_t used) {
  over = true;
  for (uint64_t limit = clock_ns() + (uint64_t)(set.patience * 1e9); waiting(used) && clock_ns() < limit;) turn(10);
  unanswered = waiting(used);
  for (uint64_t limit = clock_ns() + 30000000u; clock_ns() < limit;) turn(10);
}

void run_http(void) {
  on = (struct handlers){.bytes = take, .open = ask, .closed = lost_connection};
  uint32_t used = set.window < set.clients ? set.window : set.clients;
  asked = calloc(used, sizeof *asked);
  first = calloc(set.clients, sizeof *first);
  for (uint32_t i = 0; i < used; i++) start(&conns[i]);
  uint64_t begun = clock_ns();
  while (clock_ns() < begun + (uint64_t)(set.warm * 1e9)) turn(10);
  double cpu = cpu_seconds(set.pid), own = own_cpu();
  measuring = true;
  uint64_t from = clock_ns();
  while (clock_ns() < from + (uint64_t)(set.seconds * 1e9)) turn(10);
  measuring = false;
  double seconds = (double)(clock_ns() - from) / 1e9;
  cpu = (cpu_seconds(set.pid) - cpu) / seconds, own = (own_cpu() - own) / seconds;
  drain(used);
  printf("{\"requests\":%.1f,\"bytes_each\":%.0f,\"cpu\":%.3f,\"load_cpu\":%.3f,", (double)answers / seconds,
         answers ? (double)bytes / (double)answers : 0, cpu, own);
  print_histogram("delay_us", &delays);
  printf(",\"errors\":{\"refused\":%lu,\"closed\":%lu,\"different\":%lu,\"poor\":%lu,\"unasked\":%lu,\"unanswered\":%lu}}\n",
         refused, closed, different, poor, unasked, unanswered);
}
