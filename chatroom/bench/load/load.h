/* A load generator for Socket.IO and HTTP servers: one thread, epoll. Every mode prints one JSON object. */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum state { CLOSED, CONNECTING, UPGRADING, OPENING, CONNECTED, JOINED };

typedef struct conn conn;
struct conn {
  int fd;
  uint32_t index;
  enum state state;
  bool stalled;  /* the socket takes no more for now */
  char *rest;    /* the start of a frame whose end has not come */
  uint32_t rest_size;
  char *out;
  uint32_t out_size, out_room;
  uint64_t began; /* of the handshake or the request under way */
  uint32_t lives; /* how often it was started */
  uint32_t pings;
  /* chat */
  const char *token, *room_id, *path;
  uint32_t room;
  uint32_t place;  /* among the senders of its room */
  uint32_t *next;  /* the next number expected from each sender of the room */
  uint64_t order;  /* a digest of everything received, in order: equal for all members of a room */
  uint64_t received;
  uint32_t sent, answered;
  uint64_t *asked; /* when the unanswered messages were sent, by ack id */
};

struct settings {
  const char *mode, *host, *people, *word;
  int port, pid;
  uint32_t clients, rooms, senders, window, size, opening, words;
  double rate, seconds, warm, patience; /* patience: for what is still to come at the end */
  bool own_host, ids;
};
extern struct settings set;

/* stats.c */
#define BUCKETS 4096
typedef struct { uint64_t counts[BUCKETS], total, max; } histogram;
uint64_t clock_ns(void);
void note(histogram *h, uint64_t ns);
void print_histogram(const char *name, const histogram *h);
double cpu_seconds(int pid); /* of process `pid` so far; 0 for pid 0 */
long rss_kb(int pid);
double own_cpu(void);
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* wire.c: sockets and frames. A mode gives the callbacks. */
extern conn *conns;
extern uint64_t now; /* of the last read */
extern int poller;
struct handlers {
  void (*packet)(conn *, char *text, size_t size); /* an Engine.IO packet that is neither open nor ping */
  void (*bytes)(conn *, char *data, size_t size);  /* instead of frames: HTTP */
  void (*open)(conn *);                            /* the network connection stands */
  void (*closed)(conn *);
};
extern struct handlers on;
extern uint32_t ping_ms; /* the interval that the server announced */
void make_conns(uint32_t count);
void start(conn *);
void finish(conn *);
void append(conn *, const char *data, size_t size);
void append_text(conn *, const char *data, size_t size); /* as a masked frame */
void flush(conn *);
void turn(int timeout_ms); /* one epoll_wait and everything that came; never sleeps past a timer of the mode */
void keep(conn *, const char *data, size_t size);
void say_connect(conn *);

/* people.c: who connects, with which token, to which room or path */
void read_people(void);

void run_chat(void);
void run_idle(void);
void run_handshakes(void);
void run_http(void);
