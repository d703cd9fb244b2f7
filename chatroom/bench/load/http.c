/* GET over connections that stay open, one request at a time on each. The third words of the people file are the
   paths; every connection walks them all, each from a place of its own. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t answers, bad, closed, bytes;
static bool measuring;
static histogram delays;
static uint32_t *at;      /* the line of the file that a connection asks for next */
static uint32_t lines;

static void ask(conn *c) {
  char text[4096];
  const conn *line = &conns[at[c->index]];
  at[c->index] = (at[c->index] + 1) % lines;
  int size = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: application/json\r\n"
                      "Authorization: Bearer %s\r\n\r\n", line->path, set.host, set.port, line->token);
  c->began = clock_ns();
  append(c, text, (size_t)size);
}

static void take(conn *c, char *data, size_t size) {
  data[size] = 0;
  char *end = strstr(data, "\r\n\r\n");
  char *length = end ? strcasestr(data, "\r\ncontent-length:") : NULL;
  if (end && (length == NULL || length > end)) die("an answer without Content-Length: %.200s", data);
  size_t whole = end ? (size_t)(end + 4 - data) + strtoul(length + 17, NULL, 10) : 0;
  if (end == NULL || size < whole) {
    keep(c, data, size);
    return;
  }
  if (strncmp(data, "HTTP/1.1 200", 12) && bad++ == 0) fprintf(stderr, "load: %.300s\n", data);
  keep(c, NULL, 0);
  if (measuring) {
    answers++;
    bytes += whole;
    note(&delays, now - c->began);
  }
  ask(c);
}

static void lost_connection(conn *c) {
  (void)c;
  closed++;
}

void run_http(void) {
  on = (struct handlers){.bytes = take, .open = ask, .closed = lost_connection};
  lines = set.clients;
  uint32_t used = set.window < lines ? set.window : lines;
  at = calloc(lines, sizeof *at);
  for (uint32_t i = 0; i < used; i++) {
    at[i] = (uint32_t)((uint64_t)i * lines / used);
    start(&conns[i]);
  }
  uint64_t begun = clock_ns();
  while (clock_ns() < begun + (uint64_t)(set.warm * 1e9)) turn(10);
  double cpu = cpu_seconds(set.pid), own = own_cpu();
  measuring = true;
  uint64_t from = clock_ns();
  while (clock_ns() < from + (uint64_t)(set.seconds * 1e9)) turn(10);
  double seconds = (double)(clock_ns() - from) / 1e9;
  printf("{\"requests\":%.1f,\"bytes_each\":%.0f,\"cpu\":%.3f,\"load_cpu\":%.3f,", (double)answers / seconds,
         answers ? (double)bytes / (double)answers : 0, (cpu_seconds(set.pid) - cpu) / seconds,
         (own_cpu() - own) / seconds);
  print_histogram("delay_us", &delays);
  printf(",\"errors\":{\"bad\":%lu,\"closed\":%lu}}\n", bad, closed);
}
