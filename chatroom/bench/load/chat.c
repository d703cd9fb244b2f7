/* Members of rooms send; every member checks every message: in order, none lost, none twice. */
#include "load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define RING 4096 /* unanswered messages of a sender */
#define KEY "\"content\":\""
#define KEY_SIZE (sizeof KEY - 1)
#define HEAD 15 /* characters of the content that mean something */
#define RECEIVED "42[\"receive_message\""
#define QUIET 150000000u /* ns without news after which the joining is over */

static const char DIGITS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
static uint8_t value[256];
static uint32_t joined, *senders_of, *members_of;
static uint64_t *sent_in, epoch, news, due;
static bool sending, measuring;
static uint64_t deliveries, answers, others;
static uint64_t wrong_order, unmatched, refused, closed_early, lost, disagree, overrun, foreign, damaged;
static histogram delays, ack_delays, late;
static size_t padding;
static size_t hint; /* where the content began in the last message */

static char *put(char *at, uint64_t number, int digits) {
  for (int i = digits - 1; i >= 0; i--, number >>= 6) at[i] = DIGITS[number & 63];
  return at + digits;
}

static uint64_t get(const char *at, int digits) {
  uint64_t number = 0;
  for (int i = 0; i < digits; i++) number = number << 6 | value[(unsigned char)at[i]];
  return number;
}

/* As a client's: a UUID, never used before. */
static int put_id(char *at) {
  static uint64_t state;
  uint64_t halves[2];
  if (state == 0) state = clock_ns() * 0x9E3779B97F4A7C15u ^ (uint64_t)getpid();
  for (int i = 0; i < 2; i++) {
    uint64_t z = state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    halves[i] = z ^ z >> 31;
  }
  return sprintf(at, "\"clientMsgId\":\"%08x-%04x-4%03x-%04x-%012llx\",", (unsigned)(halves[0] >> 32),
                 (unsigned)(halves[0] >> 16 & 0xffff), (unsigned)(halves[0] & 0xfff),
                 (unsigned)(halves[1] >> 48 & 0x3fff) | 0x8000u, (unsigned long long)(halves[1] & 0xffffffffffff));
}

/* content: the sender (4 digits), its message's number (4), the time of sending (7), then padding */
static void say(conn *c) {
  char text[70000];
  uint64_t time = clock_ns();
  uint32_t number = c->sent++;
  if (c->asked[number % RING]) {
    overrun++;
    c->sent--;
    return;
  }
  c->asked[number % RING] = time;
  sent_in[c->room]++;
  size_t size = (size_t)snprintf(text, 300, "42%u[\"send_message\",{\"roomId\":\"%s\",", number + 1, c->room_id);
  if (set.ids) size += (size_t)put_id(text + size);
  memcpy(text + size, KEY, KEY_SIZE);
  char *at = put(put(put(text + size + KEY_SIZE, c->index, 4), number, 4), time - epoch, 7);
  memset(at, 'x', padding);
  memcpy(at + padding, "\"}]", 3);
  append_text(c, text, (size_t)(at + padding + 3 - text));
}

static void delivered(conn *c, const char *text, size_t size) {
  const char *found = text + hint;
  if (hint + KEY_SIZE + HEAD > size || memcmp(found, KEY, KEY_SIZE)) {
    found = memmem(text, size, KEY, KEY_SIZE);
    if (found == NULL || (size_t)(found - text) + KEY_SIZE + HEAD > size) die("a message without content: %.200s", text);
    hint = (size_t)(found - text);
  }
  found += KEY_SIZE;
  uint32_t sender = (uint32_t)get(found, 4), number = (uint32_t)get(found + 4, 4);
  c->received++;
  if (sender >= set.senders || conns[sender].room != c->room) {
    foreign++;
    return;
  }
  const char *end = found + HEAD + padding;
  if (end >= text + size || *end != '"' || (padding && end[-1] != 'x')) damaged++;
  uint32_t place = conns[sender].place;
  if (c->next[place] != number) wrong_order++;
  c->next[place] = number + 1;
  c->order = (c->order ^ ((uint64_t)place << 32 | number)) * 0x9E3779B97F4A7C15u;
  if (!measuring) return;
  deliveries++;
  note(&delays, now - epoch - get(found + 8, 7));
}

static void answer(conn *c, const char *text, size_t size) {
  uint32_t id = 0;
  size_t at = 2;
  while (at < size && text[at] >= '0' && text[at] <= '9') id = id * 10 + (uint32_t)(text[at++] - '0');
  bool ok = size - at > 9 && memcmp(text + at, "[{\"ok\":true", 10) == 0;
  if (id == 0) {
    if (!ok) die("joining was refused: %.*s", (int)size, text);
    c->state = JOINED;
    joined++;
    return;
  }
  if (!ok && refused++ == 0) fprintf(stderr, "load: refused: %.*s\n", (int)(size < 300 ? size : 300), text);
  uint64_t *asked = c->asked ? &c->asked[(id - 1) % RING] : NULL;
  if (asked == NULL || id > c->sent || *asked == 0) {
    unmatched++;
    return;
  }
  if (measuring) {
    answers++;
    note(&ack_delays, now - *asked);
  }
  *asked = 0;
  c->answered++;
  if (sending && set.rate == 0) say(c);
}

static void take(conn *c, char *text, size_t size) {
  news = now;
  if (size >= sizeof RECEIVED - 1 && memcmp(text, RECEIVED, sizeof RECEIVED - 1) == 0) {
    delivered(c, text, size);
  } else if (size > 2 && text[0] == '4' && text[1] == '3') {
    answer(c, text, size);
  } else if (size >= 2 && text[0] == '4' && text[1] == '0') {
    char join[300];
    int length = snprintf(join, sizeof join, "420[\"join_room\",{\"roomId\":\"%s\"}]", c->room_id);
    c->state = CONNECTED;
    append_text(c, join, (size_t)length);
  } else if (size >= 2 && text[0] == '4' && text[1] == '4') {
    die("the connection was refused: %.*s", (int)size, text);
  } else {
    others++; /* presence and the like */
  }
}

static void lost_connection(conn *c) {
  (void)c;
  closed_early++;
  if (joined < set.clients) die("the server closed a connection while others joined");
}

static void prepare(void) {
  padding = set.size - HEAD;
  senders_of = calloc(set.rooms, sizeof *senders_of);
  members_of = calloc(set.rooms, sizeof *members_of);
  sent_in = calloc(set.rooms, sizeof *sent_in);
  for (int i = 0; i < 64; i++) value[(unsigned char)DIGITS[i]] = (uint8_t)i;
  for (uint32_t i = 0; i < set.clients; i++) {
    members_of[conns[i].room]++;
    if (i >= set.senders) continue;
    conns[i].place = senders_of[conns[i].room]++;
    conns[i].asked = calloc(RING, sizeof(uint64_t));
  }
  for (uint32_t i = 0; i < set.clients; i++) conns[i].next = calloc(senders_of[conns[i].room] + 1, sizeof(uint32_t));
}

static void join_all(void) {
  uint32_t begun = 0;
  uint64_t limit = clock_ns() + 90000000000u;
  while (joined < set.clients) {
    while (begun < set.clients && begun < joined + set.opening) start(&conns[begun++]);
    turn(100);
    if (clock_ns() > limit) die("only %u of %u joined in 90 s", joined, set.clients);
  }
  limit = clock_ns() + 15000000000u;
  for (news = clock_ns(); clock_ns() < limit && clock_ns() - news < QUIET;) turn(20);
}

static int make_timer(void) {
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
  prctl(PR_SET_TIMERSLACK, 1);
  epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);
  return timer;
}

/* Send what is due and set the timer to the next: an open loop, which never waits for the server. */
static void keep_pace(int timer, uint64_t begun) {
  static uint64_t count;
  for (; due <= clock_ns(); due = begun + (uint64_t)((double)(++count) * 1e9 / set.rate)) {
    conn *c = &conns[count % set.senders];
    if (c->fd < 0) continue;
    if (measuring) note(&late, clock_ns() - due);
    say(c);
    flush(c);
  }
  struct itimerspec next = {.it_value = {.tv_sec = (time_t)(due / 1000000000u), .tv_nsec = (long)(due % 1000000000u)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
}

static void send_until(uint64_t end, int timer, uint64_t begun) {
  while (clock_ns() < end) {
    if (set.rate > 0) keep_pace(timer, begun);
    turn(10);
  }
}

static void drain(void) {
  uint64_t limit = clock_ns() + (uint64_t)(set.patience * 1e9), expected = 0, got = 0;
  for (uint32_t room = 0; room < set.rooms; room++) expected += sent_in[room] * members_of[room];
  do {
    uint32_t open = 0;
    turn(10);
    got = 0;
    for (uint32_t i = 0; i < set.clients; i++) got += conns[i].received, open += conns[i].sent - conns[i].answered;
    if (got >= expected && open == 0) break;
  } while (clock_ns() < limit);
  lost = expected > got ? expected - got : 0;
  uint64_t *order = calloc(set.rooms, sizeof *order);
  for (uint32_t i = 0; i < set.clients; i++) {
    if (order[conns[i].room] && order[conns[i].room] != conns[i].order) disagree++;
    order[conns[i].room] = conns[i].order;
    unmatched += conns[i].sent - conns[i].answered;
  }
}

void run_chat(void) {
  on = (struct handlers){.packet = take, .closed = lost_connection};
  epoch = clock_ns();
  prepare();
  join_all();
  fputs("load: begun\n", stderr);
  int timer = make_timer();
  uint64_t begun = due = clock_ns();
  sending = true;
  for (uint32_t i = 0; set.rate == 0 && i < set.senders; i++) {
    for (uint32_t k = 0; k < set.window; k++) say(&conns[i]);
    flush(&conns[i]);
  }
  send_until(begun + (uint64_t)(set.warm * 1e9), timer, begun);
  measuring = true;
  double cpu = cpu_seconds(set.pid), own = own_cpu();
  uint64_t from = clock_ns();
  send_until(from + (uint64_t)(set.seconds * 1e9), timer, begun);
  measuring = sending = false;
  double seconds = (double)(clock_ns() - from) / 1e9;
  cpu = (cpu_seconds(set.pid) - cpu) / seconds, own = (own_cpu() - own) / seconds;
  drain();
  uint64_t sent = 0;
  for (uint32_t room = 0; room < set.rooms; room++) sent += sent_in[room];
  printf("{\"seconds\":%.3f,\"sent\":%lu,\"deliveries\":%.1f,\"messages\":%.1f,\"cpu\":%.3f,\"load_cpu\":%.3f,\"rss_kb\":%ld,", seconds,
         sent, (double)deliveries / seconds, (double)answers / seconds, cpu, own, rss_kb(set.pid));
  print_histogram("delay_us", &delays);
  putchar(',');
  print_histogram("ack_us", &ack_delays);
  putchar(',');
  print_histogram("late_us", &late);
  printf(",\"others\":%lu,\"errors\":{\"lost\":%lu,\"wrong_order\":%lu,\"disagree\":%lu,\"unmatched\":%lu,\"refused\":%lu,"
         "\"closed\":%lu,\"overrun\":%lu,\"foreign\":%lu,\"damaged\":%lu}}\n",
         others, lost, wrong_order, disagree, unmatched, refused, closed_early, overrun, foreign, damaged);
}
