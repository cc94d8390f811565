#include "coins.h"

#include <avr/io.h>
#include <util/atomic.h>

#include "counter-ring.h"
#include "firmata.h"

#define STEADY_SAMPLES 3     /* contacts that bounce for less than this are one edge */
#define JAM_MS 2000          /* a line held down this long is a jam, not a coin */
#define PULSES_PER_WRITE 64  /* a stream without a pause is still written now and then */

enum { FLAG_ACCEPTING = 1, FLAG_JAM = 2, FLAG_NOT_DURABLE = 4, FLAG_EPOCH_UNNAMED = 8 };

struct line {
  uint8_t down, steady;
  uint16_t down_ms;
};

static struct line lines[COIN_LINES];
static volatile uint16_t fresh[COIN_LINES]; /* pulses measured and not yet on their way to the memory */
static volatile uint32_t unexplained;       /* too short or too long to be a coin: told, never counted */
static volatile uint16_t quiet_ms;

static struct counters stored, next;
static uint16_t lease_ms;
static uint16_t shortest = 18, longest = 520, burst = 300;
static uint8_t told_flags, storing;
static uint32_t told_unexplained;

void coins_begin(void) {
  DDRD = (DDRD & ~COIN_PORT_MASK) | ACCEPT_BIT;
  PORTD = (PORTD | COIN_PORT_MASK) & ~ACCEPT_BIT;
  ring_load(&stored);
}

static void measured(uint8_t index, uint16_t ms) {
  if (ms < STEADY_SAMPLES + 2) return; /* noise */
  if (ms < shortest || ms > longest) unexplained++;
  else if (fresh[index] < UINT16_MAX) fresh[index]++;
  quiet_ms = 0;
}

void coins_sample(uint8_t port_d) {
  if (quiet_ms < UINT16_MAX) quiet_ms++;
  for (uint8_t i = 0; i < COIN_LINES; i++) {
    struct line *line = &lines[i];
    uint8_t down = !(port_d & (1 << (i + 2)));
    if (line->down && line->down_ms < UINT16_MAX) line->down_ms++;
    if (down == line->down) {
      line->steady = 0;
      continue;
    }
    if (++line->steady < STEADY_SAMPLES) continue;
    line->steady = 0;
    line->down = down;
    /* Both edges are seen equally late, so that the width is right; only the jam's ending was told long ago. */
    if (!down && line->down_ms < JAM_MS) measured(i, line->down_ms);
    line->down_ms = 0;
  }
}

static uint8_t jammed(void) {
  uint8_t jam = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    for (uint8_t i = 0; i < COIN_LINES; i++) jam |= lines[i].down_ms >= JAM_MS;
  }
  return jam;
}

static uint8_t waiting(void) {
  uint8_t any = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    for (uint8_t i = 0; i < COIN_LINES; i++) any |= fresh[i] > 0;
  }
  return any;
}

static uint8_t due(void) {
  uint8_t is_due = 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    uint16_t all = 0;
    for (uint8_t i = 0; i < COIN_LINES; i++) all += fresh[i];
    is_due = all >= PULSES_PER_WRITE || (all > 0 && quiet_ms >= burst);
  }
  return is_due;
}

static void store(void) {
  next = stored;
  next.sequence++;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    for (uint8_t i = 0; i < COIN_LINES; i++) {
      next.pulses[i] += fresh[i];
      fresh[i] = 0;
    }
  }
  ring_store(&next);
  storing = 1;
}

static uint8_t flags(void) {
  uint8_t value = 0;
  if (lease_ms > 0) value |= FLAG_ACCEPTING;
  if (jammed()) value |= FLAG_JAM;
  if (storing || waiting()) value |= FLAG_NOT_DURABLE;
  if (stored.epoch == 0) value |= FLAG_EPOCH_UNNAMED;
  return value;
}

uint8_t coins_tick(void) {
  uint8_t news = 0;
  ring_step();
  if (storing && ring_idle()) {
    stored = next; /* only now may anybody hear of these coins */
    storing = 0;
    news = 1;
  }
  if (!storing && due()) store();
  if (lease_ms > 0 && --lease_ms == 0) PORTD &= ~ACCEPT_BIT;
  uint8_t now = flags();
  uint32_t odd;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) odd = unexplained;
  if (((now ^ told_flags) & (FLAG_ACCEPTING | FLAG_JAM)) || odd != told_unexplained) news = 1;
  return news;
}

void coins_report(void) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) told_unexplained = unexplained;
  told_flags = flags();
  firmata_begin_sysex(SYSEX_COINS);
  firmata_send_number(stored.epoch, 3);
  for (uint8_t i = 0; i < COIN_LINES; i++) firmata_send_number(stored.pulses[i], 5);
  firmata_send_number(told_unexplained, 5);
  firmata_send_number(told_flags, 1);
  firmata_end_sysex();
}

void coins_accept(uint8_t lease_tenths) {
  lease_ms = lease_tenths * 100;
  if (jammed() || stored.epoch == 0) lease_ms = 0; /* what cannot be counted must not be taken */
  if (lease_ms > 0) PORTD |= ACCEPT_BIT;
  else PORTD &= ~ACCEPT_BIT;
}

void coins_setup(uint16_t shortest_ms, uint16_t longest_ms, uint16_t burst_ms) {
  if (shortest_ms < 5 || longest_ms < shortest_ms || longest_ms >= JAM_MS || burst_ms == 0) return;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    shortest = shortest_ms;
    longest = longest_ms;
    burst = burst_ms;
  }
}

void coins_name_epoch(uint16_t epoch) {
  if (stored.epoch != 0 || storing || epoch == 0) return;
  stored.epoch = epoch;
  store();
  stored.epoch = 0; /* named once it is written */
}
